"""Loudness of sound: integrated loudness and true peak, by ITU-R BS.1770-4."""
