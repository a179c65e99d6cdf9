-- The tables as version 3 of the schema made them, and a row in each.
CREATE TABLE schema_version (version INTEGER NOT NULL);
CREATE TABLE alerts (id TEXT NOT NULL, rule TEXT NOT NULL, device TEXT NOT NULL, instance TEXT NOT NULL,
  state TEXT NOT NULL, labels TEXT NOT NULL, annotations TEXT NOT NULL, value TEXT NOT NULL, threshold TEXT NOT NULL,
  pending_at BIGINT NOT NULL, firing_at BIGINT, healthy_since BIGINT, resolved_at BIGINT, seen_at BIGINT,
  trap_count INTEGER DEFAULT '0' NOT NULL, PRIMARY KEY (id));
CREATE INDEX alerts_by_start ON alerts (pending_at);
CREATE INDEX alerts_by_state ON alerts (state, resolved_at);
CREATE TABLE alert_groups ("key" TEXT NOT NULL, receiver TEXT NOT NULL, labels TEXT NOT NULL,
  thread_id TEXT NOT NULL, subject TEXT NOT NULL, members TEXT NOT NULL, told TEXT NOT NULL, opened_at BIGINT NOT NULL,
  flushed_at BIGINT, sent INTEGER NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE outbox (id TEXT NOT NULL, message_id TEXT NOT NULL, envelope_sender TEXT NOT NULL,
  recipient TEXT NOT NULL, subject TEXT NOT NULL, created_at BIGINT NOT NULL, not_before BIGINT NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL, lease_until BIGINT, receiver TEXT NOT NULL, group_key TEXT NOT NULL,
  alert_ids TEXT NOT NULL, last_reply TEXT NOT NULL, last_tried_at BIGINT, sent_at BIGINT,
  kind TEXT DEFAULT 'mail' NOT NULL, message BLOB NOT NULL, PRIMARY KEY (id));
CREATE INDEX outbox_by_state ON outbox (state, not_before);
CREATE INDEX outbox_by_kind ON outbox (kind, state, not_before);
CREATE INDEX outbox_by_age ON outbox (created_at);
CREATE TABLE events (number INTEGER NOT NULL, at BIGINT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
  device TEXT NOT NULL, rule TEXT NOT NULL, instance TEXT NOT NULL, alert_id TEXT NOT NULL, PRIMARY KEY (number));
CREATE INDEX events_by_alert ON events (alert_id, at);
CREATE INDEX events_by_time ON events (at);
CREATE INDEX events_by_device ON events (device, at);
CREATE TABLE traps (number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at BIGINT NOT NULL, source TEXT NOT NULL,
  device TEXT NOT NULL, version TEXT NOT NULL, trap_oid TEXT NOT NULL, varbinds TEXT NOT NULL, uptime BIGINT,
  count INTEGER NOT NULL, repeated INTEGER NOT NULL, inform INTEGER NOT NULL, relay TEXT NOT NULL, user TEXT NOT NULL);
CREATE INDEX traps_by_time ON traps (at);
CREATE INDEX traps_by_source ON traps (source, number);
CREATE INDEX traps_by_device ON traps (device, number);
CREATE TABLE memories (scope TEXT NOT NULL, "key" TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (scope, "key"));

INSERT INTO schema_version VALUES (3);
INSERT INTO alerts VALUES ('a1', 'r', 'd', '', 'firing', '{}', '{}', 'null', 'null', 1, 1, NULL, NULL, NULL, 0);
INSERT INTO alert_groups VALUES ('noc/d', 'noc', '{}', '<root@a>', 's', '["a1"]', '{"a1":"firing"}', 5, 9, 1);
INSERT INTO outbox VALUES ('earlier', '<e@a>', 'a@a', 'b@b', 's', 1, 1, 'sent', 1, NULL, 'noc', 'noc/d', '["a0"]',
  '250 ok', 2, 2, 'mail', x'74657874');
INSERT INTO outbox VALUES ('m1', '<m1@a>', 'a@a', 'b@b', 's', 9, 9, 'queued', 0, NULL, 'noc', 'noc/d', '["a1","a2","a1"]',
  '', NULL, NULL, 'mail', x'74657874');
INSERT INTO events VALUES (1, 1, 'alert', 'fired', 'd', 'r', '', 'a1');
INSERT INTO traps VALUES (1, 1, '192.0.2.1', 'd', '2c', '1.3.6', '[]', NULL, 1, 0, 0, '', '');
INSERT INTO memories VALUES ('hold', 'k', '{}');
