"""Code files and the codecs that write and read them."""
