/** Keeps what arrives until somebody asks for it, so that a test can neither miss a message nor need a sleep. */
export interface Mailbox<Message> {
  readonly put: (message: Message) => void;
  /** The first message that fits and that no earlier `take` got; waits for it if need be. */
  readonly take: (fits?: (message: Message) => boolean) => Promise<Message>;
  /** All messages so far, taken or not. */
  readonly all: readonly Message[];
}

export function makeMailbox<Message>(): Mailbox<Message> {
  const all: Message[] = [];
  const free: Message[] = [];
  const waiting: {
    readonly fits: (message: Message) => boolean;
    readonly give: (message: Message) => void;
  }[] = [];
  return {
    all,
    put: (message) => {
      all.push(message);
      const at = waiting.findIndex(({ fits }) => fits(message));
      if (at === -1) free.push(message);
      else for (const { give } of waiting.splice(at, 1)) give(message);
    },
    take: (fits = () => true) => {
      const at = free.findIndex(fits);
      const [found] = at === -1 ? [] : free.splice(at, 1);
      return found === undefined
        ? new Promise((give) => void waiting.push({ fits, give }))
        : Promise.resolve(found);
    },
  };
}
