//! The server: HTTP/1.1 on loopback, one thread. The latency delays each request by itself, so that requests wait
//! side by side as they would on a network.

use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::net::{Ipv4Addr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};

use super::body::Body;
use super::exchange::{Answer, Refusal, Request};
use super::faults::{Hit, When};
use super::journal::Journal;
use super::options::Options;
use super::platform::oauth;
use super::routes::{self, Situation};
use super::shared::Shared;
use super::store::Store;
use super::{auth, background, budget, files, headers, paging};

/// A running sandbox. It stops when this is dropped.
pub struct Running {
    /// Where the Heroku API is; Datadog's is at `/datadog` below it.
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Waits until the server ends by itself, which it does not.
    pub(crate) fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Starts the sandbox on a thread of its own.
pub fn start(options: &Options) -> anyhow::Result<Running> {
    let store = Store::open(&options.state, options.extra_apps)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
        .with_context(|| format!("the sandbox cannot listen on 127.0.0.1:{}", options.port))?;
    listener.set_nonblocking(true)?;
    let url = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
    let journal = Journal::open(options.journal.as_deref())?;
    let shared = Arc::new(Shared::new(options, store, journal, url.clone()));
    background::resume(&shared);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (stop, stopped) = oneshot::channel();
    let serve = move || {
        runtime.block_on(async {
            let accept = async {
                if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                    accept(&listener, &shared).await;
                }
            };
            race(accept, async { drop(stopped.await) }).await;
        });
    };
    let thread = std::thread::Builder::new().name("sandbox".into()).spawn(serve)?;
    Ok(Running { url, stop: Some(stop), thread: Some(thread) })
}

async fn accept(listener: &tokio::net::TcpListener, shared: &Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let shared = Arc::clone(shared);
                tokio::spawn(async move {
                    // A client that goes away in the middle is its own business.
                    let _ = converse(stream, shared).await;
                });
            }
            // Out of file descriptors: wait until some are given back.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Runs two futures until one of them is done; says whether it was the second.
async fn race(first: impl Future<Output = ()>, second: impl Future<Output = ()>) -> bool {
    let (mut first, mut second) = (pin!(first), pin!(second));
    poll_fn(|context| {
        if first.as_mut().poll(context).is_ready() {
            return Poll::Ready(false);
        }
        second.as_mut().poll(context).map(|()| true)
    })
    .await
}

/// Serves one connection until it ends, or until a fault resets it.
async fn converse(stream: TcpStream, shared: Arc<Shared>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let stream = stream.into_std()?;
    let twin = stream.try_clone()?;
    let stream = TcpStream::from_std(stream)?;
    let cut = Arc::new(Notify::new());
    let service = {
        let cut = Arc::clone(&cut);
        service_fn(move |request| respond(Arc::clone(&shared), Arc::clone(&cut), request))
    };
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let was_cut = race(async { drop(connection.await) }, cut.notified()).await;
    if was_cut {
        // Closing with a linger time of zero sends a reset.
        rustix::net::sockopt::set_socket_linger(&twin, Some(Duration::ZERO))?;
    }
    Ok(())
}

async fn respond(
    shared: Arc<Shared>,
    cut: Arc<Notify>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Body>, Infallible> {
    let began = Instant::now();
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return pending().await };
    let request = Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body: body.to_bytes(),
    };
    if let Some(inside) = request.path.strip_prefix("/inside/") {
        // What builds fetch is not part of the API: no latency, no faults, no journal.
        return Ok(Body::respond(&shared, files::package(inside), false));
    }
    let hit = shared.fault(&request.method, &request.path);
    if !shared.latency.is_zero() {
        tokio::time::sleep(shared.latency).await;
    }
    let fault = hit.as_ref().map(Hit::name);
    let note = |status| shared.journal.add(&request, status, fault, began.elapsed());
    let answer = match &hit {
        Some(Hit::Hang) => {
            note(None);
            return pending().await;
        }
        Some(Hit::Reset) => {
            note(None);
            cut.notify_one();
            return pending().await;
        }
        Some(Hit::Die(When::Before)) => {
            note(None);
            die();
        }
        Some(signal @ (Hit::Interrupt | Hit::Terminate | Hit::HangUp)) => {
            send(signal).await;
            grant(&shared, &request, false)
        }
        Some(Hit::Status { status, body, retry_after, when }) => {
            if *when == When::After {
                grant(&shared, &request, false);
            }
            refuse(*status, body.as_ref(), *retry_after)
        }
        Some(Hit::Html) => Answer::bytes(200, "text/html; charset=utf-8", CAPTIVE_PORTAL),
        Some(Hit::Lost | Hit::Truncate | Hit::Die(When::After) | Hit::FailBuild) | None => {
            grant(&shared, &request, hit == Some(Hit::FailBuild))
        }
    };
    match &hit {
        Some(Hit::Lost) => {
            note(None);
            cut.notify_one();
            return pending().await;
        }
        Some(Hit::Die(When::After)) => {
            note(None);
            die();
        }
        _ => note(Some(answer.status)),
    }
    Ok(Body::respond(&shared, answer, hit == Some(Hit::Truncate)))
}

/// Does what the request asks for; its effect is in the state file before this returns. HEAD is answered as GET is: what
/// serves the connection leaves the body out.
fn grant(shared: &Arc<Shared>, request: &Request, doomed: bool) -> Answer {
    if !budget::is_platform(&request.path) {
        return perform(shared, request, doomed, 0);
    }
    let as_get = (request.method == "HEAD").then(|| Request { method: "GET".to_owned(), ..request.clone() });
    let request = as_get.as_ref().unwrap_or(request);
    let (mut answer, remaining) = match shared.budget.take(request) {
        Ok(remaining) => (perform(shared, request, doomed, remaining), remaining),
        Err(refusal) => (refusal, 0),
    };
    let scope = shared
        .with(|store| auth::scope(request, shared.any_token, |token| oauth::scope(&store.world, token)));
    answer.headers.push(("ratelimit-remaining", remaining.to_string()));
    headers::complete(answer, request, scope.as_deref())
}

fn perform(shared: &Arc<Shared>, request: &Request, doomed: bool, remaining: u32) -> Answer {
    let situation =
        Situation { base: &shared.url, any_token: shared.any_token, doomed, remaining, path: &shared.path };
    let reply = shared.with(|store| {
        let answer = routes::answer(store, request, &situation)?;
        if request.is_write() {
            store.save().map_err(|error| Refusal::new(503, "sandbox", format!("{error:#}")))?;
        }
        Ok(answer)
    });
    if request.is_write() && reply.is_ok() {
        background::start(shared);
    }
    reply.and_then(|answer| paging::paged(answer, request.header("range"))).unwrap_or_else(Answer::from)
}

fn refuse(status: u16, body: Option<&String>, retry_after: Option<u64>) -> Answer {
    let mut answer = match body {
        Some(body) if body.trim_start().starts_with('<') => {
            Answer::bytes(status, "text/html; charset=utf-8", body.as_bytes())
        }
        Some(body) => Answer::bytes(status, "application/json", body.as_bytes()),
        None => Refusal::of_status(status).into(),
    };
    if let Some(seconds) = retry_after {
        answer.headers.push(("retry-after", seconds.to_string()));
    }
    answer
}

/// How long a signal may take to be handled, on a busy machine too.
const HANDLED_WITHIN: Duration = Duration::from_millis(300);

/// Sends this process the signal, and gives its handler the time to do so before the request is answered.
async fn send(signal: &Hit) {
    #[cfg(unix)]
    {
        use rustix::process::{Signal, getpid, kill_process};
        let signal = match signal {
            Hit::Terminate => Signal::TERM,
            Hit::HangUp => Signal::HUP,
            _ => Signal::INT,
        };
        let _ = kill_process(getpid(), signal);
    }
    tokio::time::sleep(HANDLED_WITHIN).await;
}

/// Ends the process as `kill -9` would: nothing is cleaned up, nothing is printed.
fn die() -> ! {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort()
}

const CAPTIVE_PORTAL: &str = "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head><body>Please sign in.</body></html>\n";
