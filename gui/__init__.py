"""The desktop application. It sees the engine's façade and the metadata of parameters, nothing
else.
"""
