// A tap that keeps nothing, to show what the log costs: ids are given, as the engine needs them.
class SilentEntry {
  constructor(id) {
    this.id = id;
  }
  touched() {}
  sent() {}
  reached() {}
  responded() {}
  received() {}
  ended() {}
}

export class TrafficTap {
  #id = 0;
  began() {
    this.#id += 1;
    return new SilentEntry(this.#id);
  }
  hold() {}
  release() {}
  message() {}
}
