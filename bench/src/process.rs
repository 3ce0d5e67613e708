//! Other processes: their jobs, results and resources.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::de::DeserializeOwned;

use crate::job::{Job, List, Listed, Serve, Served};

/// A process with a job. It ends when it is dropped.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts this program in another process, with a job.
    pub fn start(job: &Job) -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("process")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the process has no pipes"));
        };
        writeln!(input, "{}", serde_json::to_string(job)?)?;
        Ok(Self { child, input: Some(input), output: BufReader::new(output) })
    }

    /// Waits for the answer.
    pub fn answer<T: DeserializeOwned>(&mut self) -> io::Result<T> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err(io::Error::other("a process ended without an answer; see above"));
        }
        Ok(serde_json::from_str(&line)?)
    }

    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A server stops when its input closes, and the others have ended.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// Sandboxes in another process, which serve until this is dropped.
#[derive(Debug)]
pub struct Server {
    _worker: Worker,
    pub served: Vec<Served>,
}

impl Server {
    pub fn start(job: Serve) -> io::Result<Self> {
        let mut worker = Worker::start(&Job::Serve(job))?;
        let served = worker.answer()?;
        Ok(Self { _worker: worker, served })
    }

    /// The first sandbox.
    pub fn first(&self) -> io::Result<&Served> {
        self.served.first().ok_or_else(|| io::Error::other("nothing is served"))
    }

    /// Number of requests to the first sandbox that were refused with 429.
    pub fn refusals(&self) -> io::Result<usize> {
        let url = &self.first()?.control_url;
        let address = url.trim_start_matches("http://");
        let (host, path) = address.split_once('/').unwrap_or((address, ""));
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "GET /{path}/requests HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )?;
        let mut log = String::new();
        stream.read_to_string(&mut log)?;
        Ok(log.matches("\"status\":429").count())
    }
}

/// Lists in another process.
pub fn list(job: List) -> io::Result<Listed> {
    Worker::start(&Job::List(job))?.answer()
}

/// The path of a program in the same folder as this one.
pub fn sibling(name: &str) -> io::Result<PathBuf> {
    let this = std::env::current_exe()?;
    Ok(this.with_file_name(name))
}

/// The folder for reports: `bench`, next to the folder of this program.
pub fn output_folder() -> io::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let target = this.parent().and_then(Path::parent);
    let target = target.ok_or_else(|| io::Error::other("the program has no folder"))?;
    Ok(target.join("bench"))
}

/// Runs a program, and reads the line of JSON that it prints.
pub fn outcome_of<T: DeserializeOwned>(program: &Path, argument: &str) -> io::Result<T> {
    let output = Command::new(program).arg(argument).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("{} failed", program.display())));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The peak resident memory of a process. `self` is this one.
pub fn peak_kib(process: &str) -> io::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    let number = number.and_then(|number| number.trim().parse().ok());
    number.ok_or_else(|| io::Error::other("the system does not report a process's memory"))
}

/// Number of open sockets of a process.
#[must_use]
pub fn sockets(process: u32) -> usize {
    let Ok(entries) = std::fs::read_dir(format!("/proc/{process}/fd")) else { return 0 };
    let targets = entries.flatten().filter_map(|entry| std::fs::read_link(entry.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}
