"""The only room that writes SQL: alerts, events, outbox."""
