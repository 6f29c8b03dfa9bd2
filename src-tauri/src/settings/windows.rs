//! Which windows come back at the next start, each with its address, and how large all of them show
//! their pages. How large a window is, and where, is kept by its label elsewhere.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{NotSaved, SettingsStore};

/// What windows are called within the app, each as long as it is open: there are no more at once.
/// `capabilities/main.json` names them too.
pub(crate) const LABELS: [&str; 8] = [
    "main", "window-2", "window-3", "window-4", "window-5", "window-6", "window-7", "window-8",
];

/// A window that comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KeptWindow {
    label: String,
    /// The route that is open in it.
    address: Option<String>,
}

/// The windows that come back, in the order in which they were opened. There is always one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct KeptWindows(Vec<KeptWindow>);

impl KeptWindows {
    /// The first window alone.
    fn of(address: Option<String>) -> Self {
        Self(vec![KeptWindow {
            label: LABELS[0].to_owned(),
            address,
        }])
    }

    /// Those that can be opened, each once.
    fn fit(self) -> Option<Self> {
        let mut fitting: Vec<KeptWindow> = Vec::new();
        for window in self.0 {
            let is_there = fitting.iter().any(|other| other.label == window.label);
            if LABELS.contains(&window.label.as_str()) && !is_there {
                fitting.push(window);
            }
        }
        (!fitting.is_empty()).then_some(Self(fitting))
    }

    /// What they are called.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.0.iter().map(|window| window.label.clone()).collect()
    }

    /// Whether this is the one that was opened before all others.
    pub(crate) fn is_first(&self, label: &str) -> bool {
        self.0.first().is_some_and(|window| window.label == label)
    }

    /// The route that is open in one.
    pub(crate) fn address_of(&self, label: &str) -> Option<String> {
        let found = self.0.iter().find(|window| window.label == label);
        found.and_then(|window| window.address.clone())
    }

    /// With another one at an address, and what it is called; `None` where as many are open as can be.
    fn with(mut self, address: String) -> Option<(Self, &'static str)> {
        let is_free = |label: &&str| !self.0.iter().any(|window| window.label == *label);
        let label = LABELS.into_iter().find(is_free)?;
        self.0.push(KeptWindow {
            label: label.to_owned(),
            address: Some(address),
        });
        Some((self, label))
    }

    /// With one at another address. One that was closed meanwhile does not come back by that.
    fn moved(mut self, label: &str, address: &str) -> Self {
        if let Some(window) = self.0.iter_mut().find(|window| window.label == label) {
            window.address = Some(address.to_owned());
        }
        self
    }

    /// Without one. The last one stays: the app ends with it, and begins with it.
    fn without(mut self, label: &str) -> Self {
        if self.0.len() > 1 {
            self.0.retain(|window| window.label != label);
        }
        self
    }
}

/// How large pages are shown, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Zoom(u16);

/// A change of how large pages are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ZoomStep {
    /// The next larger size.
    In,
    /// The next smaller one.
    Out,
    /// As they are made.
    Reset,
}

impl Default for Zoom {
    fn default() -> Self {
        Self(100)
    }
}

impl Zoom {
    /// UX.md, "Native manners".
    const STEPS: [u16; 11] = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200];

    /// The size after a step; at either end there is no further one.
    pub(crate) fn after(self, step: ZoomStep) -> Self {
        let mut steps = Self::STEPS.into_iter();
        match step {
            ZoomStep::In => Self(steps.find(|size| *size > self.0).unwrap_or(200)),
            ZoomStep::Out => Self(steps.rfind(|size| *size < self.0).unwrap_or(50)),
            ZoomStep::Reset => Self::default(),
        }
    }

    /// One where pages are as they are made. What nobody can have chosen is bounded.
    pub(crate) fn factor(self) -> f64 {
        f64::from(self.0.clamp(50, 200)) / 100.0
    }
}

impl SettingsStore {
    /// The windows that are open now, at the start those of the last time.
    pub(crate) fn windows(&self) -> KeptWindows {
        let kept: Option<KeptWindows> = self.get("windows");
        // An app from before had one window, and kept its address alone.
        let before = || KeptWindows::of(self.get("address"));
        kept.and_then(KeptWindows::fit).unwrap_or_else(before)
    }

    /// Keeps that another window is open; what it is called, or `None` where there can be no more.
    pub(crate) fn add_window(&self, address: String) -> Result<Option<&'static str>, NotSaved> {
        let _one_at_a_time = self.lock_setting();
        let Some((windows, label)) = self.windows().with(address) else {
            return Ok(None);
        };
        self.put_windows(&windows)?;
        Ok(Some(label))
    }

    /// Keeps that a window was closed; it is on the disk with the next save.
    pub(crate) fn drop_window(&self, label: &str) -> Result<(), NotSaved> {
        let _one_at_a_time = self.lock_setting();
        self.put_windows(&self.windows().without(label))
    }

    /// Keeps the route that is open in a window.
    pub(crate) async fn set_address(
        &self,
        label: &str,
        address: &str,
    ) -> Result<(), Arc<NotSaved>> {
        {
            let _one_at_a_time = self.lock_setting();
            self.put_windows(&self.windows().moved(label, address))?;
        }
        self.save().await
    }

    /// How large pages are shown.
    pub(crate) fn zoom(&self) -> Zoom {
        self.get("zoom").unwrap_or_default()
    }

    /// Takes a step, which is on the disk with the next save; how large pages are shown then.
    pub(crate) fn step_zoom(&self, step: ZoomStep) -> Result<Zoom, NotSaved> {
        let _one_at_a_time = self.lock_setting();
        let zoom = self.zoom().after(step);
        self.store.set("zoom", serde_json::to_value(zoom)?);
        Ok(zoom)
    }

    fn put_windows(&self, windows: &KeptWindows) -> Result<(), NotSaved> {
        self.store.set("windows", super::bounded(windows)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(windows: &[(&str, &str)]) -> KeptWindows {
        let windows = windows.iter().map(|(label, address)| KeptWindow {
            label: (*label).to_owned(),
            address: Some((*address).to_owned()),
        });
        KeptWindows(windows.collect())
    }

    #[test]
    fn each_window_has_a_name_and_an_address_of_its_own() {
        let (two, label) = KeptWindows::of(Some("/c/x".to_owned()))
            .with("/c/y".to_owned())
            .unwrap();
        assert_eq!(label, "window-2");
        let two = two.moved("window-2", "/c/z");
        assert_eq!(two, kept(&[("main", "/c/x"), ("window-2", "/c/z")]));
        assert_eq!(two.address_of("window-2").as_deref(), Some("/c/z"));
        assert_eq!(two.address_of("window-3"), None);
        assert!(two.is_first("main") && !two.is_first("window-2"));
    }

    #[test]
    fn a_closed_window_is_forgotten_whatever_it_says_last_and_the_last_one_is_not() {
        let two = kept(&[("main", "/c/x"), ("window-2", "/c/y")]);
        let one = two.clone().without("window-2").moved("window-2", "/late");
        assert_eq!(one, kept(&[("main", "/c/x")]));
        assert_eq!(one.clone().without("main"), one);
        let other = two.without("main");
        assert_eq!(other.clone().without("window-2"), other);
        let (again, label) = other.with("/c/new".to_owned()).unwrap();
        assert_eq!(label, "main", "the first name that is free");
        assert!(again.is_first("window-2"));
    }

    #[test]
    fn there_are_eight_at_most() {
        let mut windows = KeptWindows::of(None);
        for _ in 1..LABELS.len() {
            (windows, _) = windows.with("/".to_owned()).unwrap();
        }
        assert_eq!(windows.labels(), LABELS);
        assert_eq!(windows.with("/".to_owned()), None);
    }

    #[test]
    fn what_cannot_be_a_window_is_left_out() {
        let odd = kept(&[("main", "/a"), ("main", "/b"), ("elsewhere", "/c")]);
        assert_eq!(odd.fit(), Some(kept(&[("main", "/a")])));
        assert_eq!(kept(&[("elsewhere", "/c")]).fit(), None);
    }

    #[test]
    fn every_window_is_granted_what_the_first_one_is() {
        let capability = include_str!("../../capabilities/main.json");
        let capability: serde_json::Value = serde_json::from_str(capability).unwrap();
        assert_eq!(capability["windows"], serde_json::json!(LABELS));
    }

    #[test]
    fn zoom_goes_by_steps_and_ends_at_either_end() {
        let mut zoom = Zoom::default();
        let steps = |zoom: &mut Zoom, step| {
            let mut all = vec![zoom.0];
            while zoom.after(step) != *zoom {
                *zoom = zoom.after(step);
                all.push(zoom.0);
            }
            all
        };
        assert_eq!(steps(&mut zoom, ZoomStep::In), Zoom::STEPS[5..]);
        let mut down = steps(&mut zoom, ZoomStep::Out);
        down.reverse();
        assert_eq!(down, Zoom::STEPS);
        assert_eq!(zoom.after(ZoomStep::Reset), Zoom::default());
        assert_eq!(Zoom(95).after(ZoomStep::Out), Zoom(90));
        let factors = [Zoom(0), Zoom(150), Zoom(u16::MAX)].map(Zoom::factor);
        assert_eq!(factors, [0.5, 1.5, 2.0]);
    }
}
