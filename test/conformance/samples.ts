/** A picture and a sound of the smallest size, and text, as the fixture's tools answer. */
export const IMAGE = {
  mimeType: 'image/png',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==',
};

/** A WAV head without samples. */
export const AUDIO = { mimeType: 'audio/wav', data: 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=' };

export const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });

/** What a list says of a tool or prompt whose name tells it all. */
export const about = (name: string) => ({ description: `The suite's ${name.replaceAll('_', ' ')}.` });
