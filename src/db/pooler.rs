use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// Length and code of `SSLRequest` (PostgreSQL documentation 55.7 "Message Formats").
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Whether a pooler answers in the server's name, so that the next transaction may meet another backend.
///
/// A server tells a new client the process id of its backend, for cancel requests; a pooler has no backend yet and tells
/// a number of its own. `backend_pid` is what `pg_backend_pid()` says.
pub(super) async fn is_pooled(token: &tokio_postgres::CancelToken, backend_pid: u32) -> bool {
    told(token).await.is_ok_and(|told| u32::try_from(told) != Ok(backend_pid))
}

/// The process id that the connection was told. The driver shows it nowhere but in a cancel request, which is read
/// here instead of being sent.
async fn told(token: &tokio_postgres::CancelToken) -> io::Result<i32> {
    let (near, mut far) = tokio::io::duplex(64);
    let read = async {
        let mut header = [0; 8];
        far.read_exact(&mut header).await?;
        if header == SSL_REQUEST {
            far.write_all(b"S").await?;
            far.read_exact(&mut header).await?;
        }
        far.read_i32().await
    };
    tokio::join!(read, token.cancel_query_raw(near, Unencrypted)).0
}

/// TLS that does not encrypt, for what never leaves the process.
struct Unencrypted;

struct Stream(DuplexStream);

impl TlsConnect<DuplexStream> for Unencrypted {
    type Stream = Stream;
    type Error = io::Error;
    type Future = Ready<io::Result<Stream>>;

    fn connect(self, stream: DuplexStream) -> Self::Future {
        ready(Ok(Stream(stream)))
    }
}

impl TlsStream for Stream {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
