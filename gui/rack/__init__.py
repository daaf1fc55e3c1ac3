"""The rack's strips: slots, their models and zones."""
