"""Networks that draw μ-law codes, played as notes or as a texture: voices, levels, output."""
