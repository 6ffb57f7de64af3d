use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use super::{Database, PrivateServer, Sandbox};

/// A sandbox whose first connection to the database that sends `cut` is cut off: see [`proxy`].
pub fn behind_cutter(database: &Database, cut: &'static str) -> Sandbox {
    let port = PrivateServer::shared().port();
    let url = database.url().replace(&format!(":{port}/"), &format!(":{}/", proxy(port, cut)));
    Sandbox::new().env("DATABASE_URL", &url)
}

/// Stands between a run and its server, and cuts the first connection on which the client sends `cut`: the server gets
/// all of it, the client never hears what became of it, and the server does not learn that the client is gone.
fn proxy(server: u16, cut: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let armed = Arc::new(AtomicBool::new(true));
        for client in listener.incoming() {
            let (client, server) = (client.unwrap(), TcpStream::connect(("127.0.0.1", server)).unwrap());
            let silent = Arc::new(AtomicBool::new(false));
            let (answers, to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            let deaf = silent.clone();
            thread::spawn(move || pump(answers, to_client, |_| !deaf.load(Relaxed)));
            let armed = armed.clone();
            thread::spawn(move || {
                let to_client = client.try_clone().unwrap();
                pump(client, server, |bytes| {
                    if String::from_utf8_lossy(bytes).contains(cut) && armed.swap(false, Relaxed) {
                        silent.store(true, Relaxed);
                        let to_client = to_client.try_clone().unwrap();
                        thread::spawn(move || {
                            // Long enough for the server to begin.
                            thread::sleep(Duration::from_millis(500));
                            to_client.shutdown(Shutdown::Both).unwrap();
                        });
                    }
                    true
                });
            });
        }
    });
    port
}

/// Copies what `passes`. At the end, a stream in which all passed is closed on the other side too.
fn pump(mut from: TcpStream, mut to: TcpStream, mut passes: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if passes(&buffer[..length]) && to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    if passes(&[]) {
        let _ = to.shutdown(Shutdown::Write);
    }
}
