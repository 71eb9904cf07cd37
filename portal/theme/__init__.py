"""The look: one page shell, one style sheet, one script. No build step, nothing fetched from elsewhere."""
