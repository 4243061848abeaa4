"""Whether a page bears a seal, where, and what its ring says. Pixels in, an answer out."""
