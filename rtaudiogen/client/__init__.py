"""The front end's side: supervision of an engine process, and the library."""
