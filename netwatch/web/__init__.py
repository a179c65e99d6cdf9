"""Status page and JSON API; it shows, it never decides."""
