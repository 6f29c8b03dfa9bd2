//! An image of one's own on the instance of this machine, in the real window: a container engine pulls
//! nothing here, runs it, is seen on the environment's page, and is missed where it ends.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::support::instance::Serve;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::shop::deploy_tag;
use crate::support::sign_in::by_address;
use crate::support::wait::{LATER, until};

/// Says that a test without an engine has failed.
const REQUIRED: &str = "MISO_TESTS_ENGINE";
/// What the image is made of.
const BUSYBOX: &str = "/bin/busybox";
const IMAGE: &str = "team/box";
const RUN: &str = "#!/bin/sh\necho \"box $MISO_VERSION listens on $PORT\"\n\
                   exec httpd -f -p \"$PORT\" -h /www\n";

#[tokio::test]
async fn containers_of_ones_own_are_deployed_seen_and_missed() {
    if let Some(missing) = missing() {
        let is_required = std::env::var_os(REQUIRED).is_some();
        assert!(
            !is_required,
            "a container engine is to be tried here, and {missing}"
        );
        eprintln!("skipped: {missing}");
        return;
    }
    let mut session = Session::new();
    let mut engine = Engine::start(session.home().join("engine")).await;
    engine.import(&["1.0", "2.0"]);
    let instance = Serve::new(&session, "instance")
        .account()
        .variable("DOCKER_HOST", &engine.address())
        .start(&session);
    let api = instance.account().await;
    let manifest = json!({ "key": "box", "displayName": "Box", "type": "webapp",
        "image": format!("{IMAGE}:1.0"), "port": 8080, "healthCheck": { "path": "/health" } });
    api.create_from(&manifest).await;
    api.deployed("box", 1).await;

    let window = by_address(&mut session, &instance).await;
    window.click("link", "box").await;
    window.see_text_within(LATER, "All is well.").await;
    window.see_text_within(LATER, "box 1.0 listens on").await;
    deploy_tag(&window, "2.0").await;
    window.see_text_within(LATER, "2.0 runs in dev.").await;
    window.picture(&pictures::out("containers-deployed")).await;
    window.click("button", "Close the panel").await;
    window.see_text_within(LATER, "box 2.0 listens on").await;

    // The environment says what runs it, and what it uses.
    window.click("link", "Environments").await;
    window.click("link", "dev").await;
    window.see_text_within(LATER, "Docker").await;
    window
        .picture(&pictures::out("containers-environment"))
        .await;

    // Without its engine the application is not well, and nothing is deployed: each says why.
    engine.end();
    window.click("link", "Applications").await;
    window.click("link", "box").await;
    deploy_tag(&window, "1.0").await;
    window.see_text_within(LATER, "1.0 failed in dev.").await;
    window.see_text_within(LATER, "Docker").await;
    window
        .picture(&pictures::out("containers-without-engine"))
        .await;
    window.quit(&mut session).await;
    assert_eq!(instance.stop(), Some(0));
}

/// What it takes to start one here that is not there.
fn missing() -> Option<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = |program: &str| std::env::split_paths(&path).any(|at| at.join(program).is_file());
    let programs = ["dockerd", "docker", "containerd", "runc"];
    let mut programs = programs.into_iter().filter(|program| !found(program));
    if let Some(program) = programs.next() {
        return Some(format!("{program} (Debian: docker.io) is not installed"));
    }
    let has_rights = fs::metadata("/proc/self").is_ok_and(|own| {
        use std::os::unix::fs::MetadataExt;
        own.uid() == 0
    });
    if !has_rights {
        return Some("only root can start one".to_owned());
    }
    (!Path::new(BUSYBOX).is_file())
        .then(|| format!("{BUSYBOX} (Debian: busybox-static) is not installed"))
}

/// A Docker engine with all it has in a folder of its own.
struct Engine {
    folder: PathBuf,
    daemon: Option<Child>,
}

impl Engine {
    async fn start(folder: PathBuf) -> Self {
        fs::create_dir_all(&folder).expect("a folder");
        let log = File::create(folder.join("log")).expect("a log");
        let inside = |name: &str| folder.join(name).display().to_string();
        let daemon = Command::new("dockerd")
            .args(["--iptables=false", "--ip6tables=false", "--bridge=none"])
            .args(["--storage-driver=vfs", "--data-root", &inside("data")])
            .args(["--exec-root", &inside("exec"), "--pidfile", &inside("pid")])
            .args(["--host", &format!("unix://{}", inside("docker.sock"))])
            .env("HOME", &folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("dockerd can be started");
        let engine = Self {
            folder,
            daemon: Some(daemon),
        };
        until("the engine answers", LATER, || {
            let answer = engine.docker(&["version"]).output().expect("docker");
            async move {
                match answer.status.success() {
                    true => Ok(()),
                    false => Err(String::from_utf8_lossy(&answer.stderr).into_owned()),
                }
            }
        })
        .await;
        engine
    }

    fn address(&self) -> String {
        format!("unix://{}", self.folder.join("docker.sock").display())
    }

    fn docker(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command
            .args(["--host", &self.address()])
            .args(arguments)
            .env("HOME", &self.folder);
        command
    }

    /// Gives it the image under these tags.
    fn import(&self, tags: &[&str]) {
        let root = self.root();
        let file = self.folder.join("image.tar");
        let mut pack = Command::new("tar");
        pack.arg("-C").arg(&root).arg("-cf").arg(&file).arg(".");
        assert!(pack.status().expect("tar").success());
        let file = file.display().to_string();
        for tag in tags {
            let image = format!("{IMAGE}:{tag}");
            let mut import = self.docker(&["import", "--change", "CMD [\"/run\"]", &file, &image]);
            assert!(import.status().expect("docker").success());
        }
    }

    fn root(&self) -> PathBuf {
        let root = self.folder.join("root");
        for folder in ["bin", "tmp", "www"] {
            fs::create_dir_all(root.join(folder)).expect("a folder");
        }
        fs::copy(BUSYBOX, root.join("bin/busybox")).expect("busybox");
        for program in ["sh", "httpd", "echo"] {
            symlink("busybox", root.join("bin").join(program)).expect("a program");
        }
        fs::write(root.join("www/health"), "{\"status\":\"healthy\"}").expect("a page");
        let run = root.join("run");
        fs::write(&run, RUN).expect("a script");
        fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).expect("it can be run");
        root
    }

    /// Ends it, and what it runs with it.
    fn end(&mut self) {
        let Some(mut daemon) = self.daemon.take() else {
            return;
        };
        let ended = Command::new("kill").arg(daemon.id().to_string()).status();
        assert!(ended.expect("kill").success());
        daemon.wait().expect("it ends");
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            // It may have ended by itself.
            let _ = Command::new("kill").arg(daemon.id().to_string()).status();
            let _ = daemon.wait();
        }
        // What it mounted stays, and would hold the folder.
        let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
        let own = self.folder.display().to_string();
        let places = mounts.lines().filter_map(|line| line.split(' ').nth(1));
        for place in places.filter(|place| place.starts_with(&own)) {
            let _ = Command::new("umount").arg("--lazy").arg(place).status();
        }
    }
}
