"""How loud sound is: integrated loudness and true peak, by ITU-R BS.1770-4."""
