"""Tables beside sounds: which files are used, and what is known of them."""
