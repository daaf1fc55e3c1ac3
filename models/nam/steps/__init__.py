"""Steps on rows of frames that a capture is made of, and the compiled call that runs them."""
