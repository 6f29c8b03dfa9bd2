//! A real container engine for one test, started by it, and the images that it has.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bollard::models::ContainerSummary;
use bollard::query_parameters::{
    CreateImageOptionsBuilder, ListContainersOptionsBuilder, TagImageOptionsBuilder,
};
use futures_util::StreamExt;
use tempfile::TempDir;

use crate::options::ContainerEngine;
use crate::workloads::containers::engine::Engine;
use crate::workloads::containers::engines::LABEL;

/// Says that a test without an engine has failed: set where all of them are to be tried.
const REQUIRED: &str = "MISO_TESTS_ENGINE";
/// How long an engine may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(40);
/// What all images here are made of: one static program.
const BUSYBOX: &str = "/bin/busybox";

/// A Docker engine with all it has in a folder of its own.
pub(super) struct TestEngine {
    folder: TempDir,
    /// Its data are on a disk of their own.
    disk: bool,
    daemon: Option<Child>,
    pub(super) engine: Engine,
}

impl TestEngine {
    /// Starts one; `None`, with a word about it, where that cannot be done.
    pub(super) async fn start() -> Option<Self> {
        Self::with_disk(None).await
    }

    /// The same with so many MiB of room.
    pub(super) async fn with_disk(megabytes: Option<u32>) -> Option<Self> {
        if let Some(missing) = missing() {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "a container engine is to be tried here, and {missing}"
            );
            eprintln!("skipped: {missing}");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        if let Some(megabytes) = megabytes {
            let data = folder.path().join("data");
            fs::create_dir(&data).unwrap();
            let size = format!("size={megabytes}m");
            run(Command::new("mount")
                .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
                .arg(&data));
        }
        let daemon = spawn(folder.path());
        let engine = answers(folder.path()).await;
        Some(Self {
            folder,
            disk: megabytes.is_some(),
            daemon: Some(daemon),
            engine,
        })
    }

    pub(super) fn choice(&self) -> ContainerEngine {
        ContainerEngine::At(address(self.folder.path()))
    }

    /// Ends it at once, and what it runs with it.
    pub(super) fn end(&mut self) {
        let Some(mut daemon) = self.daemon.take() else {
            return;
        };
        signal("TERM", daemon.id());
        let began = Instant::now();
        while daemon.try_wait().unwrap().is_none() {
            if began.elapsed() > PATIENCE {
                daemon.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts it again.
    pub(super) async fn begin_again(&mut self) {
        self.daemon = Some(spawn(self.folder.path()));
        self.engine = answers(self.folder.path()).await;
    }

    /// Gives it the tests' own image under these tags.
    pub(super) async fn import(&self, tags: &[&str]) {
        const NAME: &str = "tests/box";
        let docker = &self.engine.docker;
        let (first, others) = tags.split_first().unwrap();
        let wanted = CreateImageOptionsBuilder::default()
            .from_src("-")
            .repo(NAME)
            .tag(first)
            .changes(vec!["CMD [\"/run\"]".to_owned()])
            .build();
        let tar = tar(&root());
        let body = bollard::body_full(tar.into());
        let mut made = Box::pin(docker.create_image(Some(wanted), Some(body), None));
        while let Some(step) = made.next().await {
            step.unwrap();
        }
        for tag in others {
            let also = TagImageOptionsBuilder::default().repo(NAME).tag(tag);
            let image = format!("{NAME}:{first}");
            docker.tag_image(&image, Some(also.build())).await.unwrap();
        }
    }

    /// The containers of all instances, whether they run or not.
    pub(super) async fn containers(&self) -> Vec<ContainerSummary> {
        let labelled = std::collections::HashMap::from([("label", vec![LABEL])]);
        let wanted = ListContainersOptionsBuilder::default()
            .all(true)
            .filters(&labelled)
            .build();
        let found = self.engine.docker.list_containers(Some(wanted)).await;
        found.unwrap()
    }

    /// The names of those.
    pub(super) async fn names(&self) -> Vec<String> {
        let all = self.containers().await.into_iter();
        all.filter_map(|one| one.names?.into_iter().next())
            .collect()
    }
}

impl Drop for TestEngine {
    fn drop(&mut self) {
        self.end();
        // What it mounted for containers that were killed with it.
        let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
        let own = self.folder.path().display().to_string();
        let mut left: Vec<&str> = mounts
            .lines()
            .filter_map(|line| line.split(' ').nth(1))
            .filter(|path| path.starts_with(&own))
            .collect();
        left.sort_unstable_by_key(|path| std::cmp::Reverse(path.len()));
        for path in left {
            let _ = Command::new("umount").arg("--lazy").arg(path).status();
        }
        debug_assert!(!self.disk || !Path::new(&own).join("data/image").exists());
    }
}

/// What it takes to start one here that is not there.
fn missing() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("only root can start one".to_owned());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = |program: &str| std::env::split_paths(&path).any(|at| at.join(program).is_file());
    for program in ["dockerd", "containerd", "runc"] {
        if !found(program) {
            return Some(format!("{program} (Debian: docker.io) is not installed"));
        }
    }
    let mut start = [0; 4];
    let read = File::open(BUSYBOX).and_then(|mut file| file.read_exact(&mut start));
    match read {
        Ok(()) => None,
        Err(_) => Some(format!(
            "{BUSYBOX} (Debian: busybox-static) is not installed"
        )),
    }
}

fn spawn(folder: &Path) -> Child {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .unwrap();
    let inside = |name: &str| folder.join(name).display().to_string();
    Command::new("dockerd")
        .args(["--iptables=false", "--ip6tables=false", "--bridge=none"])
        .args(["--storage-driver=vfs", "--data-root", &inside("data")])
        .args(["--exec-root", &inside("exec"), "--pidfile", &inside("pid")])
        .args(["--host", &address(folder)])
        .env("HOME", folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn address(folder: &Path) -> String {
    format!("unix://{}/docker.sock", folder.display())
}

async fn answers(folder: &Path) -> Engine {
    let began = Instant::now();
    loop {
        match Engine::at(&address(folder)).await {
            Ok(engine) => return engine,
            Err(why) if began.elapsed() > PATIENCE => {
                let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                panic!("the engine does not answer ({why}):\n{log}");
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

fn signal(name: &str, id: u32) {
    run(Command::new("kill").args(["-s", name, &id.to_string()]));
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}

/// What is in the tests' image: a shell, its programs and one script that its tag chooses from.
pub(super) fn root() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let inside = |path: &str| root.path().join(path);
    for folder in ["bin", "tmp", "www/cgi-bin"] {
        fs::create_dir_all(inside(folder)).unwrap();
    }
    fs::copy(BUSYBOX, inside("bin/busybox")).unwrap();
    for program in ["sh", "httpd", "sleep", "env", "yes", "tail", "head", "cat"] {
        symlink("busybox", inside(&format!("bin/{program}"))).unwrap();
    }
    fs::write(inside("www/health"), "{\"status\":\"healthy\"}").unwrap();
    script(
        &inside("www/cgi-bin/env"),
        "printf 'Content-Type: text/plain\\r\\n\\r\\n'; env",
    );
    script(&inside("run"), RUN);
    root
}

/// What the image does: its tag says what, as an application's own version would.
const RUN: &str = r#"
serve() { httpd -f -p "$1" -h /www & trap 'kill $!; sleep 0.5; exit 0' TERM; wait $!; }
case "$MISO_VERSION" in
  crash) echo 'no database' >&2; exit 3;;
  hog) exec tail -c 300000000 /dev/zero;;
  closed) trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done;;
  stubborn) trap '' TERM; httpd -f -p "$PORT" -h /www & while :; do sleep 1; done;;
  loud) yes 'a line that says nothing, again and again and again, without an end' & serve "$PORT";;
  fixed*) echo "on port $OWN_PORT"; serve "$OWN_PORT";;
  *) echo "{\"level\":\"warn\",\"message\":\"listening on $PORT as $MISO_INSTANCE\"}"; serve "$PORT";;
esac
"#;

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// An image of one program that no machine here can run.
pub(super) fn foreign() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    // An ELF header of a 64-bit ARM, and nothing behind it.
    let mut program = vec![0_u8; 4096];
    program[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    program[16..20].copy_from_slice(&[2, 0, 183, 0]);
    let path = root.path().join("run");
    fs::write(&path, program).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    root
}

/// A folder as a layer.
pub(super) fn tar(folder: &TempDir) -> Vec<u8> {
    let packed = Command::new("tar")
        .args([
            "--create",
            "--numeric-owner",
            "--owner=0",
            "--group=0",
            "-C",
        ])
        .arg(folder.path())
        .arg(".")
        .output()
        .unwrap();
    assert!(packed.status.success());
    packed.stdout
}

/// A file of credentials for a registry.
pub(super) fn credentials(folder: &Path, registry: &str, auth: &str) -> PathBuf {
    let file = folder.join("config.json");
    let text = serde_json::json!({"auths": {registry: {"auth": auth}}});
    fs::write(&file, text.to_string()).unwrap();
    file
}
