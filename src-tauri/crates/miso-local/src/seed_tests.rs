//! A seed that goes on where an earlier start left it.

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::deploy::place_order;
use crate::options::RateLimit;
use crate::store::deployments::Filter;
use crate::{store, testing};

struct Bench {
    site: Site,
    _folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            site: testing::site(folder.path(), RateLimit::Off, testing::no_command()),
            _folder: folder,
        }
    }

    /// An order is accepted, and then the instance is killed and started again.
    async fn cut_short(&self, order: Order) {
        let id = place_order(&self.site.platform, &self.site.store, order)
            .await
            .unwrap()
            .deployment
            .id;
        self.site.platform.rollouts.close();
        self.site.platform.rollouts.wait().await;
        self.site
            .store
            .call(move |db| {
                db.execute(
                    "UPDATE deployments SET status = 'running' WHERE id = ?1",
                    [id],
                )?;
                deployments::fail_unfinished(db, CUT_SHORT, store::now())
            })
            .await
            .unwrap();
    }

    /// The images and errors of a place's deployments, oldest first.
    async fn history(&self, application: &str, environment: &str) -> Vec<(String, String)> {
        let filter = Filter {
            application: Some(application.to_owned()),
            environment: Some(environment.to_owned()),
            ..Filter::default()
        };
        let (page, _) = self
            .site
            .store
            .call(move |db| deployments::list(db, &filter, 0, 200))
            .await
            .unwrap();
        page.into_iter()
            .map(|row| (row.image.unwrap(), row.error.unwrap_or_default()))
            .collect()
    }
}

fn order(application: &str, image: &str, by: &str, key: Option<&str>) -> Order {
    Order {
        place: Place::new(application, "dev"),
        image: Some(image.to_owned()),
        note: None,
        idempotency_key: key.map(str::to_owned),
        requested_by: by.to_owned(),
    }
}

#[tokio::test]
async fn what_was_cut_short_is_deployed_again_and_once() {
    let bench = Bench::new();
    create(&bench.site, &demo::TEAM[1]).await.unwrap();
    let (image, by) = ("miso/hello:5.12.0", "mikko.saari");
    let key = format!("seed dev {image}");
    bench
        .cut_short(order("storefront", image, by, Some(&key)))
        .await;
    bench
        .cut_short(order("storefront", image, by, Some(&format!("{key} 2"))))
        .await;
    try_fill(&bench.site, Seed::Demo).await.unwrap();
    let history = bench.history("storefront", "dev").await;
    let errors: Vec<&str> = history.iter().map(|(_, error)| error.as_str()).collect();
    assert_eq!(&errors[..2], [CUT_SHORT, CUT_SHORT]);
    // It went its own way this time: this bench can start nothing.
    assert!(errors[2].starts_with("could not be started"), "{errors:?}");
    assert_eq!(errors.len(), 3);
    try_fill(&bench.site, Seed::Demo).await.unwrap();
    assert_eq!(bench.history("storefront", "dev").await.len(), 3);
}

#[tokio::test]
async fn what_others_deployed_or_created_is_left_alone() {
    let bench = Bench::new();
    create(&bench.site, &demo::TEAM[1]).await.unwrap();
    bench
        .cut_short(order("storefront", "miso/hello:6.0.0", "aino.laine", None))
        .await;
    let theirs = json!({"key": "catalog", "displayName": "Ours", "type": "api", "image": "miso/hello:0.1.0", "port": 1});
    let manifest = theirs.as_object().unwrap().clone();
    create_application(&bench.site.store, &bench.site.seal, manifest, "dev")
        .await
        .unwrap();
    try_fill(&bench.site, Seed::Demo).await.unwrap();
    let dev = bench.history("storefront", "dev").await;
    assert_eq!(dev, [("miso/hello:6.0.0".to_owned(), CUT_SHORT.to_owned())]);
    // Where they did not deploy, the seed goes on.
    assert_eq!(bench.history("storefront", "test").await.len(), 1);
    for environment in ["dev", "test", "prod"] {
        assert!(bench.history("catalog", environment).await.is_empty());
    }
}
