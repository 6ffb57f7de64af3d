//! Reaching a server: every way to say where it is, every `sslmode`, and what is said when it does not work.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use pgmigrate::db::{DbError, Environment, ServerTarget, Session, Target, TargetInputs};

use crate::support::server::{PASSWORD, PASSWORD_IN_URL};
use crate::support::{Database, PrivateServer, output};

type Variables<'a> = &'a [(&'a str, &'a str)];

async fn connect(url: Option<&str>, variables: Variables<'_>) -> Result<Session, DbError> {
    let inputs = TargetInputs {
        flag: url.map(str::to_owned),
        configured: None,
        root: PathBuf::from("/nowhere"),
        environment: Environment::new(variables.iter().copied()).with_os_user("nobody"),
    };
    let target = Target::resolve(&inputs)?;
    assert!(!target.is_embedded());
    Session::connect(&target).await
}

/// Whether the connection is encrypted, or the error with its way out, without what changes from run to run.
async fn outcome(url: &str) -> String {
    outcome_with(Some(url), &[]).await
}

async fn outcome_with(url: Option<&str>, variables: Variables<'_>) -> String {
    match connect(url, variables).await {
        Ok(session) => {
            let row = session
                .client()
                .query_one(
                    "SELECT ssl, current_user::text FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()",
                    &[],
                )
                .await
                .unwrap();
            let how = if row.get(0) { "encrypted" } else { "plain" };
            let user: String = row.get(1);
            session.close().await.unwrap();
            format!("{how} as {user}")
        }
        Err(error) => {
            let diagnostic = error.to_diagnostic();
            let text = format!("{} {}\n{}", diagnostic.code, diagnostic.message, diagnostic.help.unwrap_or_default());
            for secret in [PASSWORD, PASSWORD_IN_URL, "wr0ng"] {
                assert!(!format!("{text} {error:?}").contains(secret), "{text}");
            }
            output::normalised(text.trim_end(), "/nowhere")
        }
    }
}

fn tls_url(user: &str, host: &str, rest: &str) -> String {
    format!("postgres://{user}@{host}:{}/postgres?{rest}", PrivateServer::shared().port())
}

#[tokio::test]
async fn a_session_knows_its_server() {
    let database = Database::new();
    let session = connect(Some(&database.url_with_password()), &[]).await.unwrap();
    let server = session.server();
    assert!(server.version_num >= 140_000 && server.version.starts_with(|c: char| c.is_ascii_digit()));
    assert_eq!((server.user.as_str(), server.database.as_str()), ("app", database.name()));
    assert!(!server.in_recovery && !server.is_superuser && !server.embedded && !server.read_only && !server.pooled);
    let another = session.connect_another().await.unwrap();
    assert_ne!(another.server().backend_pid, server.backend_pid);
    let name = database.query(
        "SELECT DISTINCT application_name FROM pg_stat_activity WHERE usename = 'app' AND datname = current_database()",
    );
    assert_eq!(name, ["migrate"]);
    another.close().await.unwrap();
    session.close().await.unwrap();
}

#[tokio::test]
async fn keyword_strings_variables_and_sockets_reach_the_server() {
    let server = PrivateServer::shared();
    let port = server.port().to_string();
    let keywords = format!("host=localhost port={port} user=postgres dbname=postgres sslmode=disable");
    assert_eq!(outcome(&keywords).await, "plain as postgres");
    let password = PASSWORD.replace(' ', "\\ ");
    let keywords = format!("host=127.0.0.1 port={port} user=app dbname=postgres password={password}");
    assert_eq!(outcome(&keywords).await, "encrypted as app");
    let variables = [
        ("PGHOST", "localhost"),
        ("PGPORT", &port),
        ("PGUSER", "app"),
        ("PGPASSWORD", PASSWORD),
        ("PGDATABASE", "postgres"),
    ];
    assert_eq!(outcome_with(None, &variables).await, "encrypted as app");
    let directory = server.directory().display().to_string();
    let socket = format!("host={directory} port={port} user=postgres dbname=postgres sslmode=require");
    assert_eq!(outcome(&socket).await, "plain as postgres");
    let socket = format!("postgres://postgres@{}:{port}/postgres", directory.replace('/', "%2F"));
    assert_eq!(outcome(&socket).await, "plain as postgres");
    let address = format!("hostaddr=127.0.0.1 port={port} user=postgres dbname=postgres sslmode=require");
    assert_eq!(outcome(&address).await, "encrypted as postgres");
}

#[tokio::test]
async fn the_password_file_opens_the_door() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".pgpass");
    let escaped = PASSWORD.replace(':', "\\:");
    std::fs::write(&file, format!("localhost:{}:*:app:{escaped}\n", PrivateServer::shared().port())).unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    let variables = [("HOME", home.path().to_str().unwrap())];
    let url = tls_url("app", "localhost", "");
    assert_eq!(outcome_with(Some(&url), &variables).await, "encrypted as app");
    insta::assert_snapshot!(outcome(&url).await, @"
    M414 localhost:[port] asks for the password of role `app`, and none was given
    put it into the URL, `PGPASSWORD` or `~/.pgpass`
    ");
}

#[tokio::test]
async fn every_sslmode_encrypts_as_much_as_it_says() {
    for (mode, expected) in
        [("disable", "plain"), ("allow", "plain"), ("prefer", "encrypted"), ("require", "encrypted")]
    {
        let url = tls_url("postgres", "127.0.0.1", &format!("sslmode={mode}"));
        assert_eq!(outcome(&url).await, format!("{expected} as postgres"), "{mode}");
    }
    let ca = PrivateServer::shared().certificate("ca.crt");
    for mode in ["require", "verify-ca", "verify-full"] {
        let url = tls_url("postgres", "localhost", &format!("sslmode={mode}&sslrootcert={ca}"));
        assert_eq!(outcome(&url).await, "encrypted as postgres", "{mode}");
    }
    // Checked as far as the mode says: the certificate is for `localhost`, not for an address.
    let url = tls_url("postgres", "127.0.0.1", &format!("sslmode=verify-ca&sslrootcert={ca}"));
    assert_eq!(outcome(&url).await, "encrypted as postgres");
}

#[tokio::test]
async fn allow_and_prefer_take_the_way_that_the_server_accepts() {
    for (user, mode, expected) in [
        ("ssl_only", "allow", "encrypted as ssl_only"),
        ("ssl_only", "prefer", "encrypted as ssl_only"),
        ("plain_only", "allow", "plain as plain_only"),
        ("plain_only", "prefer", "plain as plain_only"),
    ] {
        assert_eq!(outcome(&tls_url(user, "127.0.0.1", &format!("sslmode={mode}"))).await, expected, "{user} {mode}");
    }
    insta::assert_snapshot!(outcome(&tls_url("ssl_only", "127.0.0.1", "sslmode=disable")).await, @r#"
    M416 127.0.0.1:[port] refuses role `ssl_only`: pg_hba.conf rejects connection for host "127.0.0.1", user "ssl_only", database "postgres", no encryption (SQLSTATE 28000)
    connect with `sslmode=require`, or from an address that pg_hba.conf allows for role `ssl_only`
    "#);
    insta::assert_snapshot!(outcome(&tls_url("plain_only", "127.0.0.1", "sslmode=require")).await, @r#"
    M416 127.0.0.1:[port] refuses role `plain_only`: pg_hba.conf rejects connection for host "127.0.0.1", user "plain_only", database "postgres", SSL encryption (SQLSTATE 28000)
    connect from an address that pg_hba.conf allows for role `plain_only`
    "#);
}

#[tokio::test]
async fn certificates_that_do_not_fit_are_refused() {
    let server = PrivateServer::shared();
    let other = server.certificate("other_ca.crt");
    let mut seen = std::collections::BTreeSet::new();
    for mode in ["require", "verify-ca", "verify-full"] {
        let url = tls_url("postgres", "localhost", &format!("sslmode={mode}&sslrootcert={other}"));
        seen.insert(outcome(&url).await);
    }
    assert_eq!(seen.len(), 1);
    insta::assert_snapshot!(seen.first().unwrap(), @"
    M421 the certificate of localhost:[port] is not trusted: it is signed by an authority that is not trusted here
    give the certificate of the authority that signed it: `sslrootcert=FILE`, or `sslrootcert=system` for public ones
    ");
    let ca = server.certificate("ca.crt");
    let url = tls_url("postgres", "127.0.0.1", &format!("sslmode=verify-full&sslrootcert={ca}"));
    insta::assert_snapshot!(outcome(&url).await, @"
    M422 the certificate of 127.0.0.1:[port] is for localhost
    connect by a name that the certificate has, or give `sslmode=verify-ca` to check only who signed it
    ");
    insta::assert_snapshot!(outcome(&tls_url("postgres", "localhost", "sslmode=verify-full")).await, @"
    M424 `sslmode=verify-full` needs a root certificate, and `~/.postgresql/root.crt` does not exist
    give the file with `sslrootcert=FILE`, trust the system's certificates with `sslrootcert=system`, or give `sslmode=require` to encrypt without checking
    ");
    let url = tls_url("postgres", "localhost", "sslmode=require&sslrootcert=/nowhere/ca.crt");
    insta::assert_snapshot!(outcome(&url).await, @"
    M424 `sslmode=require` needs a root certificate, and `/nowhere/ca.crt` does not exist
    give the file with `sslrootcert=FILE`, trust the system's certificates with `sslrootcert=system`, or give `sslmode=require` to encrypt without checking
    ");
    let key = server.certificate("client.key");
    let url = tls_url("postgres", "localhost", &format!("sslmode=verify-ca&sslrootcert={key}"));
    insta::assert_snapshot!(outcome(&url).await, @"
    M425 can't use root certificate `[server]/client.key`: it holds no PEM certificate
    the root certificate must be a readable, unencrypted PEM file, and a key must belong to its user only (`chmod 0600`)
    ");
}

/// With its own certificate as the only root, as people do with self-signed certificates.
#[tokio::test]
async fn a_server_certificate_can_be_its_own_root() {
    let own = PrivateServer::shared().certificate("server.crt");
    let url = |host| tls_url("postgres", host, &format!("sslmode=verify-full&sslrootcert={own}"));
    assert_eq!(outcome(&url("localhost")).await, "encrypted as postgres");
    assert!(outcome(&url("127.0.0.1")).await.starts_with("M422"));
}

#[tokio::test]
async fn the_system_store_does_not_trust_a_private_authority() {
    let text = outcome(&tls_url("postgres", "localhost", "sslrootcert=system")).await;
    assert!(text.starts_with("M421") || text.starts_with("M426"), "{text}");
}

#[tokio::test]
async fn client_certificates_identify_a_role() {
    let server = PrivateServer::shared();
    let (certificate, key) = (server.certificate("client.crt"), server.certificate("client.key"));
    let url = tls_url("cert_user", "127.0.0.1", &format!("sslmode=require&sslcert={certificate}&sslkey={key}"));
    assert_eq!(outcome(&url).await, "encrypted as cert_user");
    insta::assert_snapshot!(outcome(&tls_url("cert_user", "127.0.0.1", "sslmode=require")).await, @"
    M416 127.0.0.1:[port] refuses role `cert_user`: connection requires a valid client certificate (SQLSTATE 28000)
    give the client's certificate and key: `sslcert=FILE` and `sslkey=FILE`
    ");
}

#[tokio::test]
async fn channel_binding_is_used_where_it_can_be() {
    let user = format!("app:{PASSWORD_IN_URL}");
    let url = tls_url(&user, "127.0.0.1", "sslmode=require&channel_binding=require");
    assert_eq!(outcome(&url).await, "encrypted as app");
    let url = tls_url(&user, "127.0.0.1", "sslmode=require&channel_binding=disable");
    assert_eq!(outcome(&url).await, "encrypted as app");
    let url = tls_url(&user, "127.0.0.1", "sslmode=disable&channel_binding=require");
    insta::assert_snapshot!(outcome(&url).await, @"
    M427 authentication at 127.0.0.1:[port] is not possible: server did not use channel binding
    connect with TLS and a SCRAM password, or give `channel_binding=prefer`
    ");
}

#[tokio::test]
async fn direct_tls_needs_no_question() {
    let version = Database::new().query("SHOW server_version_num")[0].parse::<u32>().unwrap();
    let direct = outcome(&tls_url("postgres", "127.0.0.1", "sslmode=require&sslnegotiation=direct")).await;
    // Servers before 17 take the handshake for a broken start.
    assert_eq!(direct == "encrypted as postgres", version >= 170_000, "{direct}");
}

#[tokio::test]
async fn refusals_say_what_is_wrong_and_what_to_do() {
    let port = PrivateServer::shared().port();
    let url = |rest: &str| format!("postgres://{rest}");
    insta::assert_snapshot!(outcome(&url(&format!("app:wr0ng@127.0.0.1:{port}/postgres"))).await, @"
    M413 127.0.0.1:[port] does not accept the password for role `app`
    correct the password in the URL, `PGPASSWORD` or `~/.pgpass`; in a URL, special characters must be percent-encoded
    ");
    insta::assert_snapshot!(outcome(&url(&format!("nobody_has_this_role:wr0ng@127.0.0.1:{port}/postgres"))).await, @"
    M413 127.0.0.1:[port] does not accept the password for role `nobody_has_this_role`
    correct the password in the URL, `PGPASSWORD` or `~/.pgpass`; in a URL, special characters must be percent-encoded
    ");
    insta::assert_snapshot!(outcome(&url(&format!("postgres@127.0.0.1:{port}/nowhere"))).await, @"
    M415 127.0.0.1:[port] has no database `nowhere`
    create it with `createdb nowhere`, or correct the name in the URL
    ");
    insta::assert_snapshot!(outcome(&url(&format!("stranger@127.0.0.1:{port}/postgres"))).await, @r#"
    M416 127.0.0.1:[port] refuses role `stranger`: no pg_hba.conf entry for host "127.0.0.1", user "stranger", database "postgres", SSL encryption (SQLSTATE 28000)
    connect from an address that pg_hba.conf allows for role `stranger`
    "#);
    insta::assert_snapshot!(outcome(&url(&format!("full@127.0.0.1:{port}/postgres"))).await, @r#"
    M417 127.0.0.1:[port] has no connection left: too many connections for role "full" (SQLSTATE 53300)
    try again when others have disconnected, or raise `max_connections` or the role's CONNECTION LIMIT
    "#);
    insta::assert_snapshot!(outcome(&url("postgres:wr0ng@127.0.0.1:1/postgres")).await, @"
    M410 can't reach 127.0.0.1:[port]: Connection refused (os error 111)
    check host and port, and that the server is up and reachable from here
    ");
    insta::assert_snapshot!(outcome("host=/nowhere user=postgres").await, @"
    M410 can't reach /nowhere/.s.PGSQL.[port]: No such file or directory (os error 2)
    start the server, or name the directory with its socket: `host=/var/run/postgresql`
    ");
    let resolved = outcome(&url("postgres:wr0ng@no-such-host.example/postgres")).await;
    assert!(resolved.starts_with("M410 can't reach no-such-host.example:5432: "), "{resolved}");
}

#[tokio::test]
async fn an_empty_variable_is_not_the_embedded_server() {
    insta::assert_snapshot!(outcome_with(None, &[("DATABASE_URL", "")]).await, @"
    M402 `DATABASE_URL` is set but empty
    give `DATABASE_URL` a value such as `postgres://user@host:5432/database` (in a pipeline, look whether the secret is available to this job), or unset it
    ");
}

/// Something that accepts connections and never answers must not hang a pipeline.
#[tokio::test]
async fn a_silent_server_runs_into_the_limit() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let started = Instant::now();
    let text = outcome(&format!("postgres://u:wr0ng@127.0.0.1:{port}/d?connect_timeout=1")).await;
    insta::assert_snapshot!(text, @"
    M411 no answer from 127.0.0.1:[port] within 1 s
    check host, port and firewall; a slow server needs a longer `connect_timeout=SECONDS`
    ");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_server_that_is_no_postgresql_is_recognised() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in other.incoming().flatten() {
            let _ = std::io::Read::read(&mut stream, &mut [0; 1024]);
        }
    });
    insta::assert_snapshot!(outcome(&format!("postgres://u:wr0ng@127.0.0.1:{port}/d?sslmode=disable")).await, @"
    M412 127.0.0.1:[port] closed the connection before the session began: connection closed
    look into the server's log; the port may belong to something else
    ");
}

#[tokio::test]
async fn hosts_are_tried_in_order() {
    let port = PrivateServer::shared().port();
    let url = |rest: &str| format!("postgres://postgres@127.0.0.1:1,127.0.0.1:{port}/postgres?sslmode=disable{rest}");
    assert_eq!(outcome(&url("")).await, "plain as postgres");
    assert_eq!(outcome(&url("&target_session_attrs=read-write")).await, "plain as postgres");
    assert_eq!(outcome(&url("&target_session_attrs=prefer-standby")).await, "plain as postgres");
    insta::assert_snapshot!(outcome(&url("&target_session_attrs=standby")).await, @"
    M440 127.0.0.1:[port] is not the kind of server that `target_session_attrs` asks for: it is a primary
    name a host of the kind you want, or several hosts
    ");
    assert_eq!(
        outcome(&url("&target_session_attrs=read-only&options=-c%20default_transaction_read_only=on")).await,
        "plain as postgres"
    );
}

#[tokio::test]
async fn notices_are_kept_in_order() {
    let database = Database::new();
    let session = connect(Some(&database.url()), &[]).await.unwrap();
    let raise = "DO $$ BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two' USING ERRCODE = 'ABCDE'; END $$";
    session.client().batch_execute(raise).await.unwrap();
    let notices: Vec<_> = session.take_notices().into_iter().map(|n| (n.severity, n.code, n.message)).collect();
    let expected = [("NOTICE", "00000", "one"), ("WARNING", "ABCDE", "two")];
    assert_eq!(notices, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
    assert!(session.take_notices().is_empty());
    let many = "DO $$ BEGIN FOR i IN 1..5000 LOOP RAISE NOTICE '%', i; END LOOP; END $$";
    session.client().batch_execute(many).await.unwrap();
    let notices = session.take_notices();
    assert_eq!((notices.len(), notices[1000].message.as_str()), (1001, "4000 further notices are not shown"));
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_running_statement_is_cancelled_over_tls_too() {
    for mode in ["disable", "require"] {
        let session = connect(Some(&tls_url("postgres", "127.0.0.1", &format!("sslmode={mode}"))), &[]).await.unwrap();
        let token = session.cancel_token();
        let cancel = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            token.cancel().await.unwrap();
        };
        let (result, ()) = tokio::join!(session.client().batch_execute("SELECT pg_sleep(30)"), cancel);
        let error = DbError::from(result.unwrap_err());
        assert!(matches!(&error, DbError::Server(server) if server.sqlstate == "57014"), "{error}");
        session.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_lost_connection_is_told_from_a_failed_statement() {
    let server = PrivateServer::start_own();
    let target = ServerTarget::parse(&server.url("postgres"), pgmigrate::db::Origin::Flag, &Environment::default());
    let session = Session::connect(&Target::Server(Box::new(target.unwrap()))).await.unwrap();
    let failed = session.client().batch_execute("SELECT 1/0").await.unwrap_err();
    assert!(!pgmigrate::db::connection_lost(&failed));
    server.kill_immediately();
    let lost = session.client().batch_execute("SELECT 1").await.unwrap_err();
    assert!(pgmigrate::db::connection_lost(&lost), "{lost:?}");
    assert!(matches!(session.connect_another().await, Err(DbError::Unreachable { .. })));
    server.restart();
    session.connect_another().await.unwrap().close().await.unwrap();
}

#[tokio::test]
async fn a_missing_privilege_names_the_grant() {
    let database = Database::new();
    database.psql("CREATE SCHEMA audit; CREATE TABLE public.t (id int)");
    let session = connect(Some(&database.url_with_password()), &[]).await.unwrap();
    let help = async |sql: &str| {
        let error = session.client().batch_execute(sql).await.unwrap_err();
        pgmigrate::db::ServerError::from(&error).unwrap().help("app").unwrap_or_default()
    };
    insta::assert_snapshot!(help("CREATE TABLE audit.x ()").await, @"let the owner of the schema run `GRANT USAGE, CREATE ON SCHEMA audit TO app`");
    insta::assert_snapshot!(help("SELECT * FROM public.t").await, @"let the owner of the table run `GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE t TO app`");
    insta::assert_snapshot!(help("ALTER TABLE public.t ADD x int").await, @"run as the owner of `t`, or let its owner `GRANT` its own role to `app`: only an owner can alter it");
    insta::assert_snapshot!(help("CREATE SCHEMA x").await, @"let the owner of the database run `GRANT CREATE ON DATABASE connections_a_missing_privilege_names_the_grant TO app`");
    session.close().await.unwrap();
}
