"""Media: packages and sealed ledger segments written once as a folder tree, for tape, disk or disc in a cupboard."""
