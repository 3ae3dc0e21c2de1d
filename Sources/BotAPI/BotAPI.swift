// BotAPI
