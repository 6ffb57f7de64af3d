use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::new(variables.iter().copied()).with_os_user("me")
}

fn inputs(flag: Option<&str>, configured: Option<&str>, variables: &[(&str, &str)]) -> TargetInputs {
    TargetInputs {
        flag: flag.map(str::to_owned),
        configured: configured.map(str::to_owned),
        root: PathBuf::from("/project"),
        environment: environment(variables),
    }
}

fn resolve(flag: Option<&str>, configured: Option<&str>, variables: &[(&str, &str)]) -> String {
    match Target::resolve(&inputs(flag, configured, variables)) {
        Ok(target) => target.to_string(),
        Err(error) => format!("{}: {error}", error.code()),
    }
}

#[track_caller]
fn server(text: &str, variables: &[(&str, &str)]) -> ServerTarget {
    ServerTarget::parse(text, Origin::Flag, &environment(variables)).unwrap()
}

fn shown(text: &str) -> String {
    match ServerTarget::parse(text, Origin::Flag, &environment(&[])) {
        Ok(target) => target.to_string(),
        Err(error) => {
            let diagnostic = error.to_diagnostic();
            format!("{}\n{}", diagnostic.message, diagnostic.help.unwrap_or_default())
        }
    }
}

#[test]
fn the_flag_wins_over_the_variable_over_the_configuration() {
    let url = [("DATABASE_URL", "postgres://variable/b")];
    assert_eq!(resolve(Some("postgres://flag/a"), Some("postgres://file/c"), &url), "a at flag:5432 as me");
    assert_eq!(resolve(None, Some("postgres://file/c"), &url), "b at variable:5432 as me");
    assert_eq!(resolve(None, Some("postgres://file/c"), &[]), "c at file:5432 as me");
    assert_eq!(resolve(None, Some("env:APP_URL"), &[("APP_URL", "postgres://x/d")]), "d at x:5432 as me");
}

#[test]
fn the_embedded_server_is_chosen_only_when_nothing_names_a_database() {
    assert_eq!(resolve(None, None, &[]), "embedded PostgreSQL 17.5 in .migrate/pg");
    assert_eq!(resolve(None, None, &[("PGPASSWORD", "x")]), "embedded PostgreSQL 17.5 in .migrate/pg");
    assert_eq!(resolve(None, None, &[("PGHOST", "db")]), "me at db:5432 as me");
    assert_eq!(resolve(None, None, &[("PGDATABASE", "app"), ("PGHOST", "db")]), "app at db:5432 as me");
    assert!(!resolve(None, None, &[("PGHOST", "")]).contains("embedded"));
    insta::assert_snapshot!(resolve(None, None, &[("DATABASE_URL", "")]), @"M402: `DATABASE_URL` is set but empty");
    insta::assert_snapshot!(resolve(None, None, &[("DATABASE_URL", " \n")]), @"M402: `DATABASE_URL` is set but empty");
    insta::assert_snapshot!(resolve(Some(""), None, &[]), @"M402: `--database-url` is set but empty");
    insta::assert_snapshot!(resolve(None, Some("env:APP"), &[]), @"M403: migrate.toml takes the database from `APP`, which is not set");
    insta::assert_snapshot!(resolve(None, Some("env:APP"), &[("APP", "")]), @"M402: `APP` is set but empty");
    insta::assert_snapshot!(resolve(None, None, &[("PGSERVICE", "prod")]), @"M401: the connection given by `PGSERVICE` can't be used: the parameter `service` is not supported");
    assert_eq!(resolve(Some("postgres://h/a"), None, &[("PGSERVICE", "prod")]), "a at h:5432 as me");
}

#[test]
fn urls_are_read_as_libpq_reads_them() {
    assert_eq!(shown("postgres://u:p%40ss@h:1234/my%20db?application_name=x"), "my db at h:1234 as u");
    assert_eq!(shown("postgresql://u@[::1]:5433/db"), "db at [::1]:5433 as u");
    assert_eq!(shown("postgres://u@a:1,b,c:3/db"), "db at a:1 or b:5432 or c:3 as u");
    assert_eq!(shown("postgres://u@%2Fvar%2Flib%2Fpg:6000/db"), "db at /var/lib/pg/.s.PGSQL.6000 as u");
    assert_eq!(shown("postgres:///db?host=/run/pg&user=u"), "db at /run/pg/.s.PGSQL.5432 as u");
    assert_eq!(shown("postgres://h?dbname=db"), "db at h:5432 as me");
    let target = server("postgres://u:a%3Ab?c#d@h/db", &[]);
    assert_eq!(target.endpoints[0].password, Some(Secret::new("a:b?c#d")));
}

#[test]
fn keyword_strings_are_read_as_libpq_reads_them() {
    assert_eq!(shown(r"host = h port=5433 dbname='my \'db\\' user=u"), r"my 'db\ at h:5433 as u");
    assert_eq!(shown("host=a,b port=1,2 dbname=d"), "d at a:1 or b:2 as me");
    assert_eq!(shown("hostaddr=127.0.0.1 dbname=d"), "d at 127.0.0.1:5432 as me");
    assert_eq!(server(r"host=h password=a\ b", &[]).endpoints[0].password, Some(Secret::new("a b")));
}

#[test]
fn what_cannot_be_used_is_said_with_the_way_out() {
    insta::assert_snapshot!(shown("postgres://h/d?ssl_mode=require"), @"
    the connection given by `--database-url` can't be used: it has an unknown parameter `ssl_mode`
    did you mean `sslmode`?
    ");
    insta::assert_snapshot!(shown("postgres://h/d?schema=x"), @"
    the connection given by `--database-url` can't be used: it has an unknown parameter `schema`
    use the parameters that libpq knows, such as `sslmode` and `connect_timeout`
    ");
    insta::assert_snapshot!(shown("postgres://h/d?sslmode=on"), @"the connection given by `--database-url` can't be used: `sslmode` must be `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`");
    insta::assert_snapshot!(shown("postgres://h/d?sslmode=prefer&sslnegotiation=direct"), @"the connection given by `--database-url` can't be used: `sslnegotiation=direct` needs `sslmode=require` or stricter");
    insta::assert_snapshot!(shown("postgres://h/d?sslmode=require&sslrootcert=system"), @"the connection given by `--database-url` can't be used: `sslrootcert=system` needs `sslmode=verify-full`, or no `sslmode` at all");
    insta::assert_snapshot!(shown("postgres://h/d?sslmode=verify-full"), @"
    `sslmode=verify-full` needs a root certificate, and `~/.postgresql/root.crt` does not exist
    give the file with `sslrootcert=FILE`, trust the system's certificates with `sslrootcert=system`, or give `sslmode=require` to encrypt without checking
    ");
    insta::assert_snapshot!(shown("mysql://u:p@h/d"), @"
    the connection given by `--database-url` can't be used: its scheme is neither `postgres://` nor `postgresql://`
    write `postgres://user:password@host:5432/database`, with special characters percent-encoded
    ");
    insta::assert_snapshot!(shown("host=a,b,c port=1,2"), @"the connection given by `--database-url` can't be used: it has 3 hosts but 2 ports");
    insta::assert_snapshot!(shown("host=a requirepeer=x"), @"
    the connection given by `--database-url` can't be used: the parameter `requirepeer` is not supported
    leave it out
    ");
}

#[test]
fn unescaped_passwords_are_not_shown() {
    for url in [
        "postgres://u:pa/hunter2@h/d",
        "postgres://u:p@hunter2@h/d",
        "postgres://u:p@x/hunter2@h/d",
        "postgres://u:p@x?hunter2=1@h/d",
        "postgres://u:hunter2",
        "postgres://u:hunter2%zz@h/d",
        "host=h password=a hunter2",
        "host=h password=a hunter2=b",
        "host=h password='hunter2",
        "hunter2",
        "mysql://u:hunter2@h/d",
        "u:hunter2@h/d",
    ] {
        assert!(!shown(url).contains("hunter2"), "{}", shown(url));
    }
    let target = server("postgres://u:hunter2@h/d", &[]);
    assert!(!format!("{target:?} {target}").contains("hunter2"));
    let environment = environment(&[("PGPASSWORD", "hunter2"), ("DATABASE_URL", "postgres://u:hunter2@h/d")]);
    assert!(!format!("{environment:?}").contains("hunter2"));
}

#[test]
fn missing_parts_come_from_libpq_variables_then_defaults() {
    let variables = [
        ("PGPORT", "6000"),
        ("PGUSER", "envuser"),
        ("PGPASSWORD", "envpass"),
        ("PGDATABASE", "envdb"),
        ("PGAPPNAME", "deploy"),
        ("PGOPTIONS", "-c geqo=off"),
        ("PGCONNECT_TIMEOUT", "3"),
        ("PGSSLMODE", "require"),
        ("PGCHANNELBINDING", "require"),
        ("PGTARGETSESSIONATTRS", "primary"),
    ];
    let target = server("postgres://h", &variables);
    assert_eq!(target.to_string(), "envdb at h:6000 as envuser");
    assert_eq!(target.endpoints[0].password, Some(Secret::new("envpass")));
    assert_eq!((target.application_name.as_str(), target.options.as_deref()), ("deploy", Some("-c geqo=off")));
    assert_eq!(target.connect_timeout, Some(Duration::from_secs(3)));
    assert_eq!((target.ssl.mode, target.channel_binding), (SslMode::Require, ChannelBinding::Require));
    assert_eq!(target.session_attrs, SessionAttrs::Primary);

    let target = server("postgres://h", &[]);
    assert_eq!(target.to_string(), "me at h:5432 as me");
    assert_eq!((target.application_name.as_str(), target.ssl.mode), ("migrate", SslMode::Prefer));
    assert_eq!(target.connect_timeout, Some(DEFAULT_CONNECT_TIMEOUT));
    assert_eq!(server("host=h connect_timeout=0", &[]).connect_timeout, None);
    assert_eq!(server("host=h fallback_application_name=f", &[]).application_name, "f");
    assert_eq!(server("host=h fallback_application_name=f", &variables).application_name, "deploy");
}

#[test]
fn sockets_need_no_certificates() {
    assert_eq!(server("host=/run/pg", &[("PGSSLMODE", "verify-full")]).ssl, Ssl::DISABLED);
}

#[test]
fn a_given_host_is_not_combined_with_an_address_from_the_environment() {
    let target = server("postgres://h/d", &[("PGHOSTADDR", "10.0.0.1")]);
    assert_eq!(target.endpoints[0].host, Host::Tcp { name: "h".to_owned(), address: None });
}

#[test]
#[cfg(unix)]
fn the_password_file_is_used_unless_others_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".pgpass");
    std::fs::write(&file, "h:5432:d:me:filepass\nlocalhost:*:*:*:socketpass\n").unwrap();
    let home = home.path().to_str().unwrap();
    let password = |url: &str, mode: u32| {
        std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
        let target = server(url, &[("HOME", home)]);
        (target.endpoints[0].password.clone(), target.warnings.len())
    };
    assert_eq!(password("postgres://h/d", 0o600), (Some(Secret::new("filepass")), 0));
    assert_eq!(password("postgres://h/other", 0o600), (None, 0));
    assert_eq!(password("host=/var/run/postgresql dbname=d", 0o600), (Some(Secret::new("socketpass")), 0));
    assert_eq!(password("postgres://h/d", 0o640), (None, 1));
    assert_eq!(password("postgres://me:given@h/d", 0o640), (Some(Secret::new("given")), 0));
}

proptest! {
    #[test]
    fn arbitrary_strings_never_panic(text in ".{0,80}") {
        let _ = shown(&text);
    }

    #[test]
    fn almost_urls_never_panic(text in "postgres(ql)?://[a-z:@/?%0-9=&,\\[\\]]{0,40}") {
        let _ = shown(&text);
    }

    /// However badly a password is escaped, its middle never appears.
    #[test]
    fn passwords_in_urls_never_appear(before in "[ -~]{0,6}", after in "[ -~]{0,6}", rest in "(h/d|h:1/d\\?sslmode=x|h|h/d\\?wrong=1)") {
        prop_assume!(!before.ends_with('?') && !before.contains("user=") && !before.contains("host="));
        let text = shown(&format!("postgres://u:{before}Zq9xK{after}@{rest}"));
        prop_assert!(!text.contains("Zq9xK"), "{text}");
    }

    #[test]
    fn quoted_passwords_in_keywords_never_appear(before in "[ -~&&[^'\\\\]]{0,6}", after in "[ -~]{0,6}", rest in "(host=h|host=h port=x|wrong=1)") {
        let text = shown(&format!("user=u password='{before}Zq9xK{after}' {rest}"));
        prop_assert!(!text.contains("Zq9xK"), "{text}");
    }

    /// A fully escaped password comes back as it was.
    #[test]
    fn escaped_passwords_round_trip(password in "[^\0]{1,20}") {
        let escaped = password.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02x}"));
        let target = server(&format!("postgres://u:{escaped}@h/d"), &[]);
        prop_assert_eq!(target.endpoints[0].password.as_ref().map(Secret::reveal), Some(password.as_str()));
    }
}
