// Before the first paint: the theme and the density that were chosen here. A file of its own, because the content policy lets no inline script run.
try {
  for (const name of ["theme", "density"]) {
    const chosen = localStorage.getItem("claw." + name);
    if (chosen !== null && /^[a-z]{1,12}$/.test(chosen)) document.documentElement.dataset[name] = chosen;
  }
} catch {
  // No storage: the system's theme it is.
}
