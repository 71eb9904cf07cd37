"""The sample world: offices, case files and messages that look like real ones, made fresh."""
