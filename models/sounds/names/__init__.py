"""File names: what they say of pitch and velocity."""
