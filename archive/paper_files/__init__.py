"""Files of the papers that steps rest on, until a dossier takes them."""
