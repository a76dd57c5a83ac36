#include "store/schema.hpp"

namespace otklik::store {

// One SQL for both databases: TEXT, BIGINT and SMALLINT; GUIDs as their text; moments in microseconds since 1970, UTC;
// yes and no as 1 and 0; a *_key column holds the lower-case form (core::name_key) that is unique.
std::span<const db::Upgrade> schema() {
  static const std::vector<db::Upgrade> steps{
      {1,
       "users, roles, departments, API tokens",
       {
           "CREATE TABLE directory_state ("
           "  only_row SMALLINT NOT NULL PRIMARY KEY CHECK (only_row = 1),"
           "  generation BIGINT NOT NULL)",
           "INSERT INTO directory_state (only_row, generation) VALUES (1, 1)",

           "CREATE TABLE departments ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  name TEXT NOT NULL,"
           "  name_key TEXT NOT NULL UNIQUE)",

           "CREATE TABLE users ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  login TEXT NOT NULL,"
           "  login_key TEXT NOT NULL UNIQUE,"
           "  name TEXT NOT NULL,"
           "  department TEXT REFERENCES departments(id),"
           "  blocked SMALLINT NOT NULL,"
           "  allow_empty_password SMALLINT NOT NULL,"
           "  language TEXT NOT NULL,"
           "  verifier TEXT NOT NULL,"
           "  created BIGINT NOT NULL,"
           "  changed BIGINT NOT NULL)",
           "CREATE INDEX users_department ON users (department)",

           "CREATE TABLE roles ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  name TEXT NOT NULL,"
           "  name_key TEXT NOT NULL UNIQUE,"
           "  privileges TEXT NOT NULL,"
           "  created BIGINT NOT NULL,"
           "  changed BIGINT NOT NULL)",

           "CREATE TABLE user_roles ("
           "  user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,"
           "  role_id TEXT NOT NULL REFERENCES roles(id) ON DELETE CASCADE,"
           "  PRIMARY KEY (user_id, role_id))",
           "CREATE INDEX user_roles_role ON user_roles (role_id)",

           "CREATE TABLE api_tokens ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,"
           "  name TEXT NOT NULL,"
           "  hash TEXT NOT NULL UNIQUE,"
           "  scopes TEXT NOT NULL,"
           "  created BIGINT NOT NULL,"
           "  expires BIGINT,"
           "  last_used BIGINT,"
           "  revoked BIGINT)",
           "CREATE INDEX api_tokens_user ON api_tokens (user_id)",
       }},
      {2,
       "stored files",
       {
           // user_id refers to nobody: a file outlives its user. path_key is the SHA-256 of the path, since an index
           // of PostgreSQL takes no text as long as a path may be.
           "CREATE TABLE files ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  area TEXT NOT NULL,"
           "  path TEXT NOT NULL,"
           "  path_key TEXT NOT NULL,"
           "  name TEXT NOT NULL,"
           "  size BIGINT NOT NULL,"
           "  sha256 TEXT NOT NULL,"
           "  user_id TEXT,"
           "  login TEXT NOT NULL,"
           "  stored BIGINT NOT NULL,"
           "  chain TEXT,"
           "  state TEXT NOT NULL,"
           "  held SMALLINT NOT NULL)",
           "CREATE UNIQUE INDEX files_place ON files (area, path_key)",
           "CREATE INDEX files_age ON files (area, stored, id)",
           "CREATE INDEX files_all_ages ON files (stored, id)",
           "CREATE INDEX files_user ON files (user_id, stored)",
           "CREATE INDEX files_chain ON files (chain)",
           "CREATE INDEX files_unsettled ON files (state) WHERE state <> 'whole'",
       }},
      {3, "pictures of users", {"ALTER TABLE users ADD COLUMN avatar TEXT NOT NULL DEFAULT ''"}},
      {4,
       "lines, workplaces, internal numbers, trunks, rules of redirection and recording",
       {
           "CREATE TABLE plan_state ("
           "  only_row SMALLINT NOT NULL PRIMARY KEY CHECK (only_row = 1),"
           "  generation BIGINT NOT NULL)",
           "INSERT INTO plan_state (only_row, generation) VALUES (1, 1)",

           // Sealed under the key file of the data folder, see store/plan/secret_box.hpp.
           "CREATE TABLE sip_secrets ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  sealed TEXT NOT NULL)",

           "CREATE TABLE lines ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  number TEXT NOT NULL,"
           "  number_key TEXT NOT NULL UNIQUE,"
           "  name TEXT NOT NULL,"
           "  user_id TEXT REFERENCES users(id) ON DELETE SET NULL,"
           "  sip_user TEXT NOT NULL UNIQUE,"
           "  secret TEXT REFERENCES sip_secrets(id),"
           "  enabled SMALLINT NOT NULL,"
           "  calls_outside SMALLINT NOT NULL,"
           "  caller_id TEXT NOT NULL,"
           "  recording TEXT NOT NULL,"
           "  codecs TEXT NOT NULL,"
           "  answers_by_server SMALLINT NOT NULL,"
           "  created BIGINT NOT NULL,"
           "  changed BIGINT NOT NULL)",
           "CREATE INDEX lines_user ON lines (user_id)",

           "CREATE TABLE workplaces ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  name TEXT NOT NULL,"
           "  name_key TEXT NOT NULL UNIQUE,"
           "  line_id TEXT NOT NULL UNIQUE REFERENCES lines(id) ON DELETE CASCADE)",

           "CREATE TABLE numbers ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  digits TEXT NOT NULL UNIQUE,"
           "  name TEXT NOT NULL,"
           "  kind SMALLINT NOT NULL,"
           "  special SMALLINT NOT NULL,"
           "  target TEXT NOT NULL,"
           "  scenario TEXT NOT NULL,"
           "  rule_id TEXT,"
           "  rule_name TEXT NOT NULL,"
           "  hunting SMALLINT NOT NULL,"
           "  ring_time BIGINT NOT NULL,"
           "  queue_limit BIGINT NOT NULL,"
           "  longest_wait BIGINT NOT NULL,"
           "  created BIGINT NOT NULL,"
           "  changed BIGINT NOT NULL)",

           // One of the three says whom.
           "CREATE TABLE number_targets ("
           "  number_id TEXT NOT NULL REFERENCES numbers(id) ON DELETE CASCADE,"
           "  place BIGINT NOT NULL,"
           "  user_id TEXT REFERENCES users(id) ON DELETE CASCADE,"
           "  line_id TEXT REFERENCES lines(id) ON DELETE CASCADE,"
           "  inner_id TEXT REFERENCES numbers(id) ON DELETE CASCADE,"
           "  PRIMARY KEY (number_id, place))",
           "CREATE INDEX number_targets_user ON number_targets (user_id)",
           "CREATE INDEX number_targets_line ON number_targets (line_id)",
           "CREATE INDEX number_targets_inner ON number_targets (inner_id)",

           "CREATE TABLE trunks ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  name TEXT NOT NULL,"
           "  name_key TEXT NOT NULL UNIQUE,"
           "  number TEXT NOT NULL UNIQUE,"
           "  place BIGINT NOT NULL,"
           "  enabled SMALLINT NOT NULL,"
           "  kind TEXT NOT NULL,"
           "  server TEXT NOT NULL,"
           "  transport TEXT NOT NULL,"
           "  domain TEXT NOT NULL,"
           "  login TEXT NOT NULL,"
           "  secret TEXT REFERENCES sip_secrets(id),"
           "  sources TEXT NOT NULL,"
           "  caller_id_rule TEXT NOT NULL,"
           "  caller_id TEXT NOT NULL,"
           "  prefixes TEXT NOT NULL,"
           "  outgoing TEXT NOT NULL,"
           "  incoming TEXT NOT NULL,"
           "  codecs TEXT NOT NULL,"
           "  most_calls BIGINT NOT NULL,"
           "  most_calls_an_hour BIGINT NOT NULL,"
           "  incoming_number TEXT NOT NULL,"
           "  created BIGINT NOT NULL,"
           "  changed BIGINT NOT NULL)",

           "CREATE TABLE redirects ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,"
           "  destination TEXT NOT NULL,"
           "  enabled SMALLINT NOT NULL,"
           "  only_for_redirect_state SMALLINT NOT NULL,"
           "  allow_cascade SMALLINT NOT NULL,"
           "  priority BIGINT NOT NULL,"
           "  state BIGINT NOT NULL,"
           "  caption TEXT NOT NULL,"
           "  description TEXT NOT NULL,"
           "  sources TEXT NOT NULL,"
           "  timetable TEXT NOT NULL)",
           "CREATE INDEX redirects_user ON redirects (user_id)",

           // They refer to nobody: a rule for somebody who is gone fits nothing any more, and never becomes a rule for
           // everybody.
           "CREATE TABLE recording_rules ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  place BIGINT NOT NULL,"
           "  record SMALLINT NOT NULL,"
           "  name TEXT NOT NULL,"
           "  direction TEXT NOT NULL,"
           "  user_id TEXT,"
           "  line_id TEXT,"
           "  number_id TEXT,"
           "  trunk_id TEXT,"
           "  prefix TEXT NOT NULL)",

           // What users have chosen, as of an event of a log; the events after it are read when the server starts.
           "CREATE TABLE user_modes ("
           "  user_id TEXT NOT NULL PRIMARY KEY REFERENCES users(id) ON DELETE CASCADE,"
           "  on_callcenter SMALLINT NOT NULL,"
           "  on_cc_manual SMALLINT NOT NULL,"
           "  on_lunch SMALLINT NOT NULL,"
           "  on_redirect SMALLINT NOT NULL,"
           "  chosen TEXT NOT NULL,"
           "  reason_id BIGINT,"
           "  reason TEXT NOT NULL)",
           "CREATE TABLE user_modes_cursor ("
           "  only_row SMALLINT NOT NULL PRIMARY KEY CHECK (only_row = 1),"
           "  log TEXT NOT NULL,"
           "  sequence BIGINT NOT NULL)",
       }},
      {5,
       "call records",
       {
           // Written by store/records from the event log. Nothing refers to anything: records outlive users and lines, and an
           // event whose fellows are lost is recorded all the same.
           "CREATE TABLE call_chains ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  origin TEXT,"
           "  caller_line TEXT,"
           "  caller_line_number TEXT,"
           "  caller_user TEXT,"
           "  caller_login TEXT,"
           "  caller_name TEXT,"
           "  caller_department TEXT,"
           "  caller_number TEXT,"
           "  caller_trunk TEXT,"
           "  dialled TEXT,"
           "  began BIGINT,"
           "  began_text TEXT,"
           "  ended BIGINT,"
           "  ended_text TEXT,"
           "  cause TEXT,"
           "  talked_ms BIGINT,"
           "  into_chain TEXT)",
           "CREATE INDEX call_chains_began ON call_chains (began)",
           "CREATE INDEX call_chains_ended ON call_chains (ended)",
           "CREATE TABLE call_legs ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  chain TEXT,"
           "  placed SMALLINT,"
           "  party_line TEXT,"
           "  party_line_number TEXT,"
           "  party_user TEXT,"
           "  party_login TEXT,"
           "  party_name TEXT,"
           "  party_department TEXT,"
           "  party_number TEXT,"
           "  party_trunk TEXT,"
           "  began BIGINT,"
           "  began_text TEXT,"
           "  answered BIGINT,"
           "  answered_text TEXT,"
           "  ended BIGINT,"
           "  ended_text TEXT,"
           "  cause TEXT)",
           "CREATE INDEX call_legs_chain ON call_legs (chain)",
           "CREATE TABLE call_attempts ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  chain TEXT,"
           "  caller_line TEXT,"
           "  caller_line_number TEXT,"
           "  caller_user TEXT,"
           "  caller_login TEXT,"
           "  caller_name TEXT,"
           "  caller_department TEXT,"
           "  caller_number TEXT,"
           "  caller_trunk TEXT,"
           "  number TEXT,"
           "  number_id TEXT,"
           "  rule TEXT,"
           "  rule_name TEXT,"
           "  redirected_from TEXT,"
           "  party_line TEXT,"
           "  party_line_number TEXT,"
           "  party_user TEXT,"
           "  party_login TEXT,"
           "  party_name TEXT,"
           "  party_department TEXT,"
           "  party_number TEXT,"
           "  party_trunk TEXT,"
           "  answered SMALLINT,"
           "  began BIGINT,"
           "  began_text TEXT,"
           "  ended BIGINT,"
           "  ended_text TEXT,"
           "  cause TEXT)",
           "CREATE INDEX call_attempts_chain ON call_attempts (chain)",
           "CREATE TABLE call_rings ("
           "  leg TEXT NOT NULL PRIMARY KEY,"
           "  call TEXT,"
           "  chain TEXT,"
           "  party_line TEXT,"
           "  party_line_number TEXT,"
           "  party_user TEXT,"
           "  party_login TEXT,"
           "  party_name TEXT,"
           "  party_department TEXT,"
           "  party_number TEXT,"
           "  party_trunk TEXT,"
           "  caller_line TEXT,"
           "  caller_line_number TEXT,"
           "  caller_user TEXT,"
           "  caller_login TEXT,"
           "  caller_name TEXT,"
           "  caller_department TEXT,"
           "  caller_number TEXT,"
           "  caller_trunk TEXT,"
           "  number TEXT,"
           "  callback SMALLINT,"
           "  answered SMALLINT,"
           "  began BIGINT,"
           "  began_text TEXT,"
           "  ended BIGINT,"
           "  ended_text TEXT,"
           "  cause TEXT)",
           "CREATE INDEX call_rings_chain ON call_rings (chain)",
           "CREATE TABLE call_talks ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  chain TEXT,"
           "  a_leg TEXT,"
           "  b_leg TEXT,"
           "  a_line TEXT,"
           "  a_line_number TEXT,"
           "  a_user TEXT,"
           "  a_login TEXT,"
           "  a_name TEXT,"
           "  a_department TEXT,"
           "  a_number TEXT,"
           "  a_trunk TEXT,"
           "  b_line TEXT,"
           "  b_line_number TEXT,"
           "  b_user TEXT,"
           "  b_login TEXT,"
           "  b_name TEXT,"
           "  b_department TEXT,"
           "  b_number TEXT,"
           "  b_trunk TEXT,"
           "  connection SMALLINT,"
           "  dialled TEXT,"
           "  recorded SMALLINT,"
           "  began BIGINT,"
           "  began_text TEXT,"
           "  ended BIGINT,"
           "  ended_text TEXT,"
           "  cause TEXT)",
           "CREATE INDEX call_talks_chain ON call_talks (chain)",
           "CREATE INDEX call_talks_began ON call_talks (began)",
           "CREATE INDEX call_talks_a_user ON call_talks (a_user)",
           "CREATE INDEX call_talks_b_user ON call_talks (b_user)",
           "CREATE TABLE call_holds ("
           "  id BIGINT NOT NULL PRIMARY KEY,"
           "  chain TEXT,"
           "  holder_leg TEXT,"
           "  held_leg TEXT,"
           "  holder_line TEXT,"
           "  holder_line_number TEXT,"
           "  holder_user TEXT,"
           "  holder_login TEXT,"
           "  holder_name TEXT,"
           "  holder_department TEXT,"
           "  holder_number TEXT,"
           "  holder_trunk TEXT,"
           "  held_line TEXT,"
           "  held_line_number TEXT,"
           "  held_user TEXT,"
           "  held_login TEXT,"
           "  held_name TEXT,"
           "  held_department TEXT,"
           "  held_number TEXT,"
           "  held_trunk TEXT,"
           "  by_phone SMALLINT,"
           "  swapped SMALLINT,"
           "  began BIGINT,"
           "  began_text TEXT,"
           "  ended BIGINT,"
           "  ended_text TEXT,"
           "  how TEXT)",
           "CREATE INDEX call_holds_chain ON call_holds (chain)",
           "CREATE INDEX call_holds_held_leg ON call_holds (held_leg)",
           "CREATE TABLE call_waits ("
           "  call TEXT NOT NULL PRIMARY KEY,"
           "  chain TEXT,"
           "  caller_line TEXT,"
           "  caller_line_number TEXT,"
           "  caller_user TEXT,"
           "  caller_login TEXT,"
           "  caller_name TEXT,"
           "  caller_department TEXT,"
           "  caller_number TEXT,"
           "  caller_trunk TEXT,"
           "  number TEXT,"
           "  number_id TEXT,"
           "  rule TEXT,"
           "  rule_name TEXT,"
           "  priority BIGINT,"
           "  answered SMALLINT,"
           "  began BIGINT,"
           "  began_text TEXT,"
           "  ended BIGINT,"
           "  ended_text TEXT,"
           "  cause TEXT)",
           "CREATE INDEX call_waits_chain ON call_waits (chain)",
           "CREATE TABLE call_transfers ("
           "  id BIGINT NOT NULL PRIMARY KEY,"
           "  chain TEXT,"
           "  by_party_line TEXT,"
           "  by_party_line_number TEXT,"
           "  by_party_user TEXT,"
           "  by_party_login TEXT,"
           "  by_party_name TEXT,"
           "  by_party_department TEXT,"
           "  by_party_number TEXT,"
           "  by_party_trunk TEXT,"
           "  party_line TEXT,"
           "  party_line_number TEXT,"
           "  party_user TEXT,"
           "  party_login TEXT,"
           "  party_name TEXT,"
           "  party_department TEXT,"
           "  party_number TEXT,"
           "  party_trunk TEXT,"
           "  number TEXT,"
           "  target_line TEXT,"
           "  target_line_number TEXT,"
           "  target_user TEXT,"
           "  target_login TEXT,"
           "  target_name TEXT,"
           "  target_department TEXT,"
           "  target_number TEXT,"
           "  target_trunk TEXT,"
           "  attended SMALLINT,"
           "  began BIGINT,"
           "  began_text TEXT)",
           "CREATE INDEX call_transfers_chain ON call_transfers (chain)",
           "CREATE TABLE call_recordings ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  chain TEXT,"
           "  commutation TEXT,"
           "  file TEXT,"
           "  path TEXT,"
           "  size BIGINT,"
           "  length_ms BIGINT,"
           "  began BIGINT,"
           "  began_text TEXT,"
           "  ended BIGINT,"
           "  ended_text TEXT,"
           "  cause TEXT)",
           "CREATE INDEX call_recordings_chain ON call_recordings (chain)",
           "CREATE INDEX call_recordings_commutation ON call_recordings (commutation)",
           "CREATE TABLE missed_calls ("
           "  id BIGINT NOT NULL PRIMARY KEY,"
           "  call TEXT,"
           "  chain TEXT,"
           "  user_id TEXT,"
           "  login TEXT,"
           "  line TEXT,"
           "  caller_line TEXT,"
           "  caller_line_number TEXT,"
           "  caller_user TEXT,"
           "  caller_login TEXT,"
           "  caller_name TEXT,"
           "  caller_department TEXT,"
           "  caller_number TEXT,"
           "  caller_trunk TEXT,"
           "  number TEXT,"
           "  rule TEXT,"
           "  began BIGINT,"
           "  began_text TEXT,"
           "  ended BIGINT,"
           "  ended_text TEXT)",
           "CREATE INDEX missed_calls_chain ON missed_calls (chain)",
           "CREATE INDEX missed_calls_began ON missed_calls (began)",
           "CREATE INDEX missed_calls_user_id ON missed_calls (user_id)",
           "CREATE TABLE user_state_history ("
           "  id BIGINT NOT NULL PRIMARY KEY,"
           "  user_id TEXT NOT NULL,"
           "  login TEXT,"
           "  from_state SMALLINT,"
           "  state SMALLINT NOT NULL,"
           "  reason_id BIGINT,"
           "  reason TEXT,"
           "  on_callcenter SMALLINT,"
           "  on_cc_manual SMALLINT,"
           "  on_lunch SMALLINT,"
           "  on_redirect SMALLINT,"
           "  cause TEXT,"
           "  by_login TEXT,"
           "  began BIGINT,"
           "  began_text TEXT)",
           "CREATE INDEX user_state_history_began ON user_state_history (began)",
           "CREATE INDEX user_state_history_user_id ON user_state_history (user_id)",
           // Up to which event of which log all of the above says.
           "CREATE TABLE record_cursor ("
           "  only_row SMALLINT NOT NULL PRIMARY KEY CHECK (only_row = 1),"
           "  log TEXT NOT NULL,"
           "  next_event BIGINT NOT NULL,"
           "  last_at BIGINT NOT NULL,"
           "  next_row BIGINT NOT NULL)",
           "CREATE TABLE record_gaps ("
           "  id BIGINT NOT NULL PRIMARY KEY,"
           "  log TEXT NOT NULL,"
           "  from_event BIGINT NOT NULL,"
           "  to_event BIGINT NOT NULL,"
           "  why TEXT NOT NULL,"
           "  noticed BIGINT,"
           "  noticed_text TEXT)",
           // In the shape in which integrators know them; GUIDs that are not there are zeros, as they expect.
           "CREATE VIEW A_Stat_Connections_1x1 AS SELECT "
           "  id AS Id,"
           "  chain AS IdChain,"
           "  connection AS ConnectionType,"
           "  COALESCE(a_line, a_trunk, '00000000-0000-0000-0000-000000000000') AS ALineId,"
           "  a_line_number AS ALineNum,"
           "  COALESCE(a_user, '00000000-0000-0000-0000-000000000000') AS AUserId,"
           "  a_number AS AOutNumber,"
           "  COALESCE(dialled, '') AS ANumberDialed,"
           "  CASE WHEN a_name <> '' THEN a_name WHEN a_number <> '' THEN a_number ELSE a_line_number END AS AStr,"
           "  COALESCE(b_line, b_trunk, '00000000-0000-0000-0000-000000000000') AS BLineId,"
           "  b_line_number AS BLineNum,"
           "  COALESCE(b_user, '00000000-0000-0000-0000-000000000000') AS BUserId,"
           "  b_number AS BOutNumber,"
           "  '' AS BNumberDialed,"
           "  CASE WHEN b_name <> '' THEN b_name WHEN b_number <> '' THEN b_number ELSE b_line_number END AS BStr,"
           "  began_text AS TimeStart,"
           "  ended_text AS TimeStop,"
           "  COALESCE(recorded, 0) AS IsRecorded,"
           "  NULL AS IdRecDir,"
           "  '' AS ReasonStart,"
           "  COALESCE(cause, '') AS ReasonFailed "
           "FROM call_talks",
           "CREATE VIEW A_Stat_MissedCalls AS SELECT "
           "  id AS Id,"
           "  call AS Idg,"
           "  chain AS IdChain,"
           "  began_text AS TimeStart,"
           "  ended_text AS TimeStop,"
           "  COALESCE(rule, '00000000-0000-0000-0000-000000000000') AS RuleId,"
           "  number AS Number,"
           "  COALESCE(caller_line, caller_trunk, '00000000-0000-0000-0000-000000000000') AS ALineId,"
           "  caller_line_number AS ALineNum,"
           "  COALESCE(caller_user, '00000000-0000-0000-0000-000000000000') AS AUserId,"
           "  caller_number AS AOutNumber,"
           "  COALESCE(line, '00000000-0000-0000-0000-000000000000') AS BLineId,"
           "  COALESCE((SELECT lines.number FROM lines WHERE lines.id = missed_calls.line), '') AS BLineNum,"
           "  user_id AS BUserId,"
           "  number AS BOutNumber "
           "FROM missed_calls",
           "CREATE VIEW A_UserStateHistory AS SELECT "
           "  user_id AS UserId,"
           "  state AS State,"
           "  COALESCE(reason_id, -1) AS ICode,"
           "  began_text AS TimeChange,"
           "  id AS Enumerator "
           "FROM user_state_history",
           "CREATE VIEW A_ServerExtLines AS SELECT "
           "  id AS ID,"
           "  number AS SystemNumStr,"
           "  place AS LineCode,"
           "  name AS Name "
           "FROM trunks",
           "CREATE VIEW A_Users AS SELECT "
           "  id AS ID,"
           "  login AS Login,"
           "  name AS Name "
           "FROM users",
       }},
  };
  return steps;
}

}  // namespace otklik::store
