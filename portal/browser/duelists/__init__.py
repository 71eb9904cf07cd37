"""Lists of due files: what is late, what falls due, how far each has come; put in as a spreadsheet or line by line."""
