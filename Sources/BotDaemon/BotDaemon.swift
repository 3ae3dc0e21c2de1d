// BotDaemon
