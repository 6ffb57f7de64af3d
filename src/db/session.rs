use tokio::task::JoinHandle;
use tokio_postgres::Client;

use super::cancel::Connection;
use super::connect::{self, Opened};
use super::notice::Notices;
use super::{CancelToken, DbError, Notice, ServerInfo, ServerTarget, Target};

/// One open connection to one database.
///
/// Nothing is set on the server for the length of the session, so a session behaves the same behind a transaction
/// pooler, where every transaction may meet another backend. Needs a tokio runtime as long as it lives.
#[derive(Debug)]
pub struct Session {
    client: Client,
    task: JoinHandle<()>,
    notices: Notices,
    info: ServerInfo,
    cancel: CancelToken,
    target: Target,
    #[cfg(feature = "embedded")]
    server: Option<super::embedded::EmbeddedServer>,
}

impl Session {
    /// Connects; for the embedded target, starts its server first.
    ///
    /// # Errors
    /// When the server can't be reached, refuses, is older than PostgreSQL 14, or is embedded and already in use.
    pub async fn connect(target: &Target) -> Result<Self, DbError> {
        match target {
            Target::Server(server) => Self::connect_server(target, server).await,
            Target::Embedded(embedded) => {
                #[cfg(feature = "embedded")]
                {
                    let server = super::embedded::EmbeddedServer::start(embedded).await?;
                    let opened = server.open().await?;
                    Ok(Self { server: Some(server), ..Self::from_opened(opened, target) })
                }
                #[cfg(not(feature = "embedded"))]
                {
                    let _ = embedded;
                    Err(DbError::NoEmbedded)
                }
            }
        }
    }

    /// A second connection to the same target, independent of this one.
    ///
    /// # Errors
    /// As for [`Session::connect`]; always for the embedded server, which serves one connection.
    pub async fn connect_another(&self) -> Result<Self, DbError> {
        match &self.target {
            Target::Server(server) => Self::connect_server(&self.target, server).await,
            Target::Embedded(_) => Err(DbError::EmbeddedLimit { what: "serve a second connection" }),
        }
    }

    /// A connection to take the place of this one, which can't be used any more; what this one has not committed is or will
    /// be rolled back.
    ///
    /// Ends this one first where there may be no second: a pool may be as small as one, and the embedded server is.
    ///
    /// # Errors
    /// As for [`Session::connect`].
    pub async fn successor(&mut self) -> Result<Self, DbError> {
        if self.info.pooled || self.info.embedded {
            self.task.abort();
        }
        #[cfg(feature = "embedded")]
        if let Some(server) = &self.server {
            let opened = server.open().await?;
            return Ok(Self { server: self.server.take(), ..Self::from_opened(opened, &self.target) });
        }
        self.connect_another().await
    }

    /// Lets a connection take the place of this one; who may cancel what this one does may cancel what that one does.
    pub fn give_way(&mut self, successor: Self) {
        let cancel = self.cancel.clone();
        cancel.follow(&successor.cancel);
        *self = Self { cancel, ..successor };
    }

    async fn connect_server(target: &Target, server: &ServerTarget) -> Result<Self, DbError> {
        Ok(Self::from_opened(connect::open(server).await?, target))
    }

    fn from_opened(opened: Opened, target: &Target) -> Self {
        let token = opened.client.cancel_token();
        Self {
            cancel: CancelToken::new(Connection { token, tls: opened.tls, endpoint: opened.endpoint }),
            client: opened.client,
            task: opened.task,
            notices: opened.notices,
            info: opened.info,
            target: target.clone(),
            #[cfg(feature = "embedded")]
            server: None,
        }
    }

    /// The driver's client.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The driver's client, for transactions.
    pub const fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    /// What the server is.
    pub const fn server(&self) -> &ServerInfo {
        &self.info
    }

    /// What was connected to.
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// The notices since the last call, oldest first. Those of a statement are there when its call has returned.
    pub fn take_notices(&self) -> Vec<Notice> {
        self.notices.take()
    }

    /// Forgets those of the notices not yet taken that have this SQLSTATE.
    pub fn forget_notices(&self, code: &str) {
        self.notices.forget(code);
    }

    /// The right to cancel this session's statements, usable from another task.
    pub fn cancel_token(&self) -> CancelToken {
        self.cancel.clone()
    }

    /// Whether the connection is gone.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Closes the connection and waits until it is gone; stops the embedded server and waits for that too.
    ///
    /// A session that is dropped instead does the same in the background.
    ///
    /// # Errors
    /// When the embedded server does not stop properly. Its data is safe all the same.
    pub async fn close(self) -> Result<(), DbError> {
        if self.info.embedded {
            // The embedded server ends without a checkpoint of its own. Without this one the next start would replay
            // all that was ever written. Not worth an error: the replay does the same.
            let _ = self.client.batch_execute("CHECKPOINT").await;
        }
        drop(self.client);
        let _ = self.task.await;
        #[cfg(feature = "embedded")]
        if let Some(server) = self.server {
            server.stop().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_and_tokens_move_between_tasks() {
        const fn movable<T: Send + Sync + 'static>() {}
        movable::<Session>();
        movable::<CancelToken>();
    }
}
