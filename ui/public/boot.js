// Before anything else: the theme of last time, so that nothing flashes, and a plain text where the page
// cannot start. A file of its own because the CSP allows no inline script.
(function () {
  var root = document.documentElement;
  var theme = null;
  try {
    theme = localStorage.getItem('theme');
  } catch {
    // No storage: the system's theme it is.
  }
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  if (theme === 'highContrast') root.dataset.contrast = 'more';

  function show(text) {
    var mounted = document.getElementById('root');
    if (mounted && mounted.firstChild) return; // The page is there and says what went wrong itself.
    var place = document.getElementById('failure');
    if (!place) {
      place = document.createElement('pre');
      place.id = 'failure';
      place.setAttribute('role', 'alert');
      document.body.appendChild(place);
    }
    place.textContent += text + '\n';
  }

  function report(what) {
    var text =
      'Miso Desktop could not show its page.\n\n' +
      (what && what.stack ? what + '\n' + what.stack : what) +
      '\n\nQuit and start it again; if it happens again, report these lines.';
    if (document.body) show(text);
    else
      document.addEventListener('DOMContentLoaded', function () {
        show(text);
      });
  }

  window.addEventListener(
    'error',
    function (event) {
      var source = event.target && (event.target.src || event.target.href);
      report(event.error || event.message || 'Could not load ' + source);
    },
    true,
  );
  window.addEventListener('unhandledrejection', function (event) {
    report(event.reason);
  });
})();
