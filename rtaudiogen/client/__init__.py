"""The front end's side: an engine process that is started, watched and asked, and the library."""
