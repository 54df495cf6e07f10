// A tap that keeps nothing, to show what the log costs: ids are given, as the engine needs them.
export class TrafficTap {
  #id = 0;
  began() {
    this.#id += 1;
    return this.#id;
  }
  hold() {}
  release() {}
  sent() {}
  connected() {}
  responded() {}
  received() {}
  ended() {}
  message() {}
}
