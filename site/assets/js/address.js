// What is asked for, as an address: without its text where that would make it too long, as State.to_query does it.
(() => {
  const MOST = 6000;
  window.asAddress = (asked) => {
    const whole = String(asked);
    if (whole.length <= MOST) return whole;
    const settings = new URLSearchParams(asked);
    for (const name of ["prompt", "written", "position"]) settings.delete(name);
    return String(settings);
  };
})();
