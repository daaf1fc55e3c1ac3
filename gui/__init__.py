"""The desktop application's room. It sees the engine's façade and parameter metadata only."""
