// Sets the theme before the first paint. A file of its own, because the page's policy allows no
// inline script, and a module would run after the paint.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('tomo.theme');
  } catch {
    // Without storage the system's theme holds.
  }
  const dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
