//! A server on loopback that answers as a test sets it up, faults included, and remembers what it was asked.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use serde_json::Value;
use url::Url;

/// What it was asked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// `GET /path`
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// What it answers.
pub(crate) enum Reply {
    /// JSON under a status.
    Json(u16, Value),
    /// Anything: status, headers, body.
    Raw(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// An announced length of which only this much comes.
    Cut(Vec<u8>),
    /// The connection breaks without an answer.
    Reset,
    /// No answer until the server ends.
    Hang,
}

impl Reply {
    pub(crate) fn ok(value: Value) -> Self {
        Self::Json(200, value)
    }

    /// An error as Heroku words it.
    pub(crate) fn error(status: u16, id: &str, message: &str) -> Self {
        Self::Json(status, serde_json::json!({ "id": id, "message": message }))
    }
}

/// The server. It ends with the test.
pub(crate) struct Scripted {
    url: Url,
    asked: Arc<Mutex<Vec<Request>>>,
    /// Dropped at the end, which lets the hanging answers go.
    _alive: mpsc::Sender<()>,
}

impl Scripted {
    /// Starts one that answers the `nth` (from 1) request of a method and path by `answer(request, nth)`.
    pub(crate) fn start(answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (alive, ended) = mpsc::channel::<()>();
        let shared = Arc::new(Shared {
            answer: Box::new(answer),
            asked: Arc::clone(&asked),
            ended: Mutex::new(ended),
        });
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.serve(&stream));
            }
        });
        Self { url, asked, _alive: alive }
    }

    pub(crate) fn url(&self) -> Url {
        self.url.clone()
    }

    /// Everything it was asked so far, in the order of arrival.
    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    /// The method and path of everything it was asked so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Request::line).collect()
    }
}

type Answer = dyn Fn(&Request, usize) -> Reply + Send + Sync;

struct Shared {
    answer: Box<Answer>,
    asked: Arc<Mutex<Vec<Request>>>,
    ended: Mutex<mpsc::Receiver<()>>,
}

impl Shared {
    /// Answers the requests of one connection until one side ends it.
    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let mut input = BufReader::new(stream);
        loop {
            let request = read(&mut input)?;
            let nth = {
                let mut asked = self.asked.lock().unwrap();
                asked.push(request.clone());
                let mut counts: HashMap<String, usize> = HashMap::new();
                asked.iter().for_each(|it| *counts.entry(it.line()).or_default() += 1);
                counts[&request.line()]
            };
            let mut out = stream;
            let answer = (self.answer)(&request, nth);
            if let (true, Reply::Raw(status, headers, body)) = (request.method == "HEAD", &answer) {
                write(&mut out, *status, headers, &[], body.len())?;
                continue;
            }
            match answer {
                Reply::Json(status, value) => {
                    let body = value.to_string().into_bytes();
                    write(&mut out, status, &[("content-type", "application/json".into())], &body, body.len())
                }
                Reply::Raw(status, headers, body) => write(&mut out, status, &headers, &body, body.len()),
                Reply::Cut(body) => {
                    let _ = write(&mut out, 200, &[], &body, body.len() + 100);
                    None
                }
                Reply::Reset => None,
                Reply::Hang => {
                    let _ = self.ended.lock().unwrap().recv();
                    None
                }
            }?;
        }
    }
}

fn read(input: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    input.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        input.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    Some(Request { method, path, headers, body })
}

fn write(
    out: &mut impl Write,
    status: u16,
    headers: &[(&str, String)],
    body: &[u8],
    length: usize,
) -> Option<()> {
    let mut head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {length}\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    out.write_all(head.as_bytes()).ok()?;
    out.write_all(body).ok()
}
