//! Gives out a folder's files over HTTP on loopback and counts requests.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) fn start(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let (folder, count) = (folder.to_owned(), Arc::clone(&requests));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (folder, count) = (folder.clone(), Arc::clone(&count));
                thread::spawn(move || serve(&stream, &folder, &count));
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self, below: &str) -> String {
        format!("http://{}/{below}/", self.address)
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

fn serve(stream: &TcpStream, folder: &Path, count: &AtomicUsize) -> Option<()> {
    let mut lines = BufReader::new(stream).lines();
    loop {
        let first = lines.next()?.ok()?;
        while !lines.next()?.ok()?.is_empty() {}
        count.fetch_add(1, Ordering::Relaxed);
        let path = first.split(' ').nth(1)?.trim_start_matches('/').to_owned();
        let mut out = stream;
        match fs::File::open(folder.join(path))
            .ok()
            .filter(|file| file.metadata().is_ok_and(|it| it.is_file()))
        {
            Some(mut file) => {
                let length = file.metadata().ok()?.len();
                write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").ok()?;
                std::io::copy(&mut file, &mut out).ok()?;
            }
            None => write!(out, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").ok()?,
        }
    }
}
