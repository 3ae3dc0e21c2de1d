/// The file of rules that a person begins with.
enum NotifyExample {
  static let text = """
    # Rules of botctl notify. Comments stand on lines of their own; "botctl notify check" finds every mistake.
    # Secrets stand in files of mode 0600 (NAME-file = FILE) or in the environment (NAME-env = VARIABLE), never here.

    [notify]
    # Of the times in messages and of quiet hours: UTC, local, or a name.
    time-zone = UTC
    # From 22:00 to 07:00 only what is critical is told at once; the rest in one message when they end.
    # quiet = 22:00-07:00
    # quiet-except = critical
    # What happens within this time shares a message.
    group = 10s
    # Tell when botd has not answered for this long.
    away-after = 1m

    [channel run]
    type = exec
    # The message as JSON on standard input; exit code 0 means that it was taken. No shell reads this line.
    command = /bin/cat
    timeout = 10s

    # [channel phone]
    # type = telegram
    # token-file = ~/.botd/telegram.token
    # chat = 123456789

    # [channel mail]
    # type = smtp
    # server = smtp.example.org:587
    # tls = starttls
    # user = me@example.org
    # password-file = ~/.botd/mail.password
    # from = botd@example.org
    # to = me@example.org

    # [channel hook]
    # type = webhook
    # url = https://example.org/botd
    # secret-file = ~/.botd/webhook.secret

    # [channel push]
    # type = ntfy
    # url-file = ~/.botd/ntfy.url

    [rule fills]
    kind = trade
    to = run
    text = {time} {bot} {what}

    [rule trouble]
    # kinds: bot, signal, order, trade, alert, risk, health, all
    kind = alert, risk, bot, health
    # the least level: info, warning, critical
    level = warning
    # the same once an hour at most; how often it happened meanwhile is told then
    repeat = 1h
    to = run

    [rule losses]
    # daily-loss, drawdown, loss, profit, open-loss; without bot of the whole account
    when = drawdown > 10%
    repeat = 6h
    to = run

    # [rule one-bot]
    # when = loss > 50
    # bot = btc-*
    # to = run

    # Somebody else notices when this machine is gone: asked every minute while botd answers, with /fail behind it while it does not.
    # [dead-man]
    # url-file = ~/.botd/healthchecks.url
    # interval = 1m

    # Off unless this section is here. The token of access-file decides what may be done: observe, or operate for stop_all.
    # [telegram-commands]
    # channel = phone
    # chats = 123456789
    # commands = status, profit, list
    # access-file = ~/.botd/telegram.access

    """
}
