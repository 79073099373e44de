// The server's time, carried on by a counter that nobody can set: a device whose clock
// is put right in the middle of an exam, or that slept, shows the wrong time only until
// the server is asked again, and says itself when it should be asked.

const JUMP = 2000;

export class ServerClock {
  constructor(now) {
    this.set(now, performance.now());
  }

  // `now` was the server's time when the counter stood at `at`.
  set(now, at) {
    this.base = Date.parse(now) - at;
    this.device = Date.now() - performance.now();
  }

  now() {
    return this.base + performance.now();
  }

  // The device's own clock and the counter no longer agree.
  get hasJumped() {
    return Math.abs(Date.now() - performance.now() - this.device) > JUMP;
  }
}
