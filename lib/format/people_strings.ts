/**
 * The texts of lost passwords, and of the administration of users.
 *
 * @module
 */

/** English texts, by page. */
export const peopleStrings = {
  forgot: {
    link: "Forgot your password?",
    heading: "Forgot your password?",
    intro:
      "Give the address of your account. A link to a new password comes by mail; it is good once, for 30 minutes.",
    act: "Mail me a link",
    sent:
      "If that address has an account with a password, a mail with a link is on its way. It may take a minute; look among the spam, too.",
    noMail: "This server sends no mail.",
    otherwise: "Without mail",
    administrator:
      "An administrator of this server can make a link for you, under Settings, Users. It is good once, for an hour. They never learn your password.",
    operator: "You run this server, and no administrator is left who can sign in?",
    guide: "The guide to security says how the machine itself makes a link.",
    passkey: "If you have added a passkey, it signs you in without a password.",
    toSignIn: "Sign in",
  },
  reset: {
    heading: "Set a new password",
    intro: "It signs out every device of your account, and this one in anew.",
    token: "Code of the link",
    tokenHint: "Filled in by the link; else paste the link, or what stands behind # in it.",
    password: "New password",
    act: "Set the password",
    over: "This link no longer works",
    another: "Ask for another link",
    show: "Show the password",
    hide: "Hide the password",
  },
  users: {
    nav: "Users",
    heading: "Users",
    intro: "Everybody with an account here, newest first.",
    forbidden: "Only administrators see this page.",
    caption: "Users, newest first",
    none: "Nobody has this address.",
    user: "User",
    you: "you",
    disabled: "disabled",
    role: "Role",
    roles: { user: "User", admin: "Administrator" },
    since: "Since",
    signedIn: "Last sign-in",
    unknown: "not in the last 30 days",
    devices: "Devices",
    devicesOf: (count: number) => count === 1 ? "1 device" : `${count} devices`,
    acts: "Actions",
    change: "Change",
    ofYou: "Your own account is changed under Sign-in and Your data.",
    reset: "Make a link to a new password",
    promote: "Make administrator",
    demote: "Make an ordinary user",
    disable: "Disable",
    enable: "Enable",
    signOut: "Sign out everywhere",
    confirm: "Everything of this account is to be deleted",
    confirmNeeded: "Nothing was deleted: tick the box first.",
    remove: "Delete the account",
    link: (email: string) => `Link to a new password for ${email}, shown this once`,
    linkHint: (until: string) =>
      `Good once, until ${until}. Whoever has it can take the account over: hand it on by a way that you trust.`,
    copy: "Copy",
    copied: "Copied",
    copyFailed: "Mark it and copy it by hand.",
    email: "E-mail address",
    find: "Find",
    all: "All users",
    next: "Next page",
    told: {
      admin: "They are an administrator now.",
      user: "They are an ordinary user now.",
      disabled: "The account is disabled: nobody can sign in with it.",
      enabled: "The account can be used again.",
      out: "They are signed out everywhere.",
      removed: "The account is deleted, with all that belonged to it.",
    },
  },
} as const;
