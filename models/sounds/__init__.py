"""Reading of folders of sounds: labels, pitch, copies."""
