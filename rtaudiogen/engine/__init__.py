"""The engine: `core.Engine` plays in this process, `remote.EngineProcess` in one of its own.

Both have the same verbs (`facade.Facade`). A front end, window or command line, holds the second.
"""
