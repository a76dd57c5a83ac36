"""Every choice that a part offers can be made in the settings, or says why not.

A part declares its choices as fields of an options struct; the application binds each to a key. This reads both as text: a field
that no table row of `apps/otklik/configuration/` names must be marked `not a setting` in its own comment, with the reason."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What the rows call the options of each struct.
HOLDERS = {
    "access::Argon2Cost": "argon2", "access::GuessLimits": "limits", "access::CacheOptions": "cache",
    "access::DoorkeeperOptions": "access", "core::CallOptions": "calls", "core::PasswordRules": "passwords", "db::ConnectionOptions": "connection",
    "db::DatabaseOptions": "database", "db::SourceOptions": "source", "files::ZoneOptions": "files", "files::OpenerOptions": "opener",
    "files::AvatarOptions": "avatars", "files::KeeperOptions": "keeper", "files::UploadOptions": "uploads",
    "licence::Options": "licence", "media::EngineOptions": "media", "media::LegOptions": "leg", "media::ToneOptions": "tones",
    "pbx::AudioOptions": "audio", "pbx::Options": "pbx", "pbx::RecordingOptions": "recording", "sip::EdgeLimits": "limits",
    "sip::Options": "sip", "sip::RegistrarOptions": "registrar", "access::TemporaryPasswordOptions": "temporary_passwords", "net::Limits": "limits",
    "plugins::GrantOptions": "grant", "plugins::Options": "plugins", "pictures::DecodeOptions": "decode", "pictures::Limits": "limits",
    "net::ServerOptions": "http", "net::TlsFiles": "tls", "scenario::ClientCertificate": "certificate",
    "scenario::HttpOptions": "http", "scenario::Limits": "limits", "scenario::Options": "script",
    "store::DirectoryOptions": "directory", "store::EventLogOptions": "events", "store::RecordOptions": "records", "web_api::AuthOff": "auth_off",
    "web_api::Options": "web",
}
# Where parts declare choices.
HEADERS = sorted([*ROOT.glob("src/**/options.hpp"), *(ROOT / "src" / name for name in (
    "net/limits.hpp", "net/server.hpp", "net/transport/tls.hpp", "files/zones.hpp",
    "files/opener.hpp", "files/avatars/avatars.hpp", "files/keeping/keeper.hpp", "pictures/decode.hpp",
    "access/temporary_passwords.hpp", "db/database.hpp", "db/connection.hpp", "db/source.hpp",
    "scenario/budget.hpp", "store/directory/directory_store.hpp", "core/directory/rules.hpp"))])
STRUCTS = re.compile(r"^struct (\w+) \{\n(.*?)^\};", re.M | re.S)
OF_OPTIONS = re.compile(r"Options$|^Limits$|Limits$|Cost$|Rules$|Certificate$|^TlsFiles$|^AuthOff$")
FIELD = re.compile(r"^  (?!static|///|//|bool operator|using|friend)[\w:<>, *]+?[ >](\w+)(?:\{.*\}| = .*?|)(?:, \w+.*)?;(.*)$")


def fields(text):
    """`(struct, field, its comment)` of each options struct in a header."""
    for name, body in STRUCTS.findall(text):
        if not OF_OPTIONS.search(name) or name in ("ListenerOptions", "QueryLimits"):
            continue
        comment = ""
        joined = re.sub(r"\n\s+(?=\d|///<)", " ", body)  # a field cut over two lines
        for line in joined.splitlines():
            if line.strip().startswith("//"):
                comment += line
                continue
            if found := FIELD.match(line):
                yield name, found[1], comment + found[2]
            comment = ""


def rows():
    sources = [ROOT / "apps/otklik/configuration.cpp", *(ROOT / "apps/otklik/configuration").glob("*.cpp")]
    return "\n".join(path.read_text() for path in sources)


def unbound(headers, bound):
    for path, text in headers:
        for struct, field, comment in fields(text):
            holder = HOLDERS.get(f"{pathlib.Path(path).parts[1]}::{struct}")
            if holder is None:
                yield f"{path}: {struct}: say in HOLDERS what the rows call it"
            elif not re.search(rf"\b{holder}\.{field}\b", bound) and "not a setting" not in comment:
                yield f"{path}: {struct}::{field} is bound to no setting: give it a row in apps/otklik/configuration/, or say `not a setting: why`"


def test_every_option_is_a_setting_or_says_why_not():
    found = list(unbound([(path.relative_to(ROOT), path.read_text()) for path in HEADERS], rows()))
    assert not found, "\n" + "\n".join(found)


def test_the_options_are_found_at_all():
    seen = {(struct, field) for path in HEADERS for struct, field, _ in fields(path.read_text())}
    assert len(seen) > 100
    for known in [("Limits", "body_size"), ("GuessLimits", "trusted_for"), ("HttpOptions", "deny"), ("SourceOptions", "most_bytes"),
                  ("EventLogOptions", "keep_for"), ("DoorkeeperOptions", "refusals_told_each"), ("AuthOff", "user")]:
        assert known in seen, known


@pytest.mark.parametrize("line, complained", [
    ("  int seen = 1;", False),
    ("  int unseen = 1;  ///< of something", True),
    ("  std::vector<std::string> unseen{\"a\", \"b\"};", True),
    ("  int unseen = 1;  ///< not a setting: the tests turn it", False),
    ("  /// not a setting: the tests turn it\n  int unseen = 1;", False),
])
def test_the_check_sees_what_nobody_bound(line, complained):
    header = f"struct Options {{\n{line}\n}};\n"
    assert bool(list(unbound([("src/web_api/a.hpp", header)], 'table_.add("seen", web.seen, other.unseen)'))) == complained
