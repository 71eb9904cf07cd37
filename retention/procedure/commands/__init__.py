"""The commands of `tangthu disposal`, by who takes them."""
