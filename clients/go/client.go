package botd

import (
	"context"
	"net"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
)

// Client calls a daemon. It may be used by many goroutines at once; Close it in the end.
//
// The services are the generated ones. Each call has a deadline (that of its context, else Options.Timeout), which the daemon is told;
// each change has a request id; after UNAVAILABLE or a lost connection a call is repeated within its deadline, a change under the same
// id, so that it happens once. Errors are *Error.
type Client struct {
	options Options
	stub    *ttrpc.Client
	// turn holds the current connection, nil before the first call and after a loss; who takes it out puts one back.
	turn   chan *Connection
	closed chan struct{}
}

// New returns a client of the daemon that options name. It connects with the first call. The error is an *Error with
// ReasonAddressMalformed.
func New(options Options) (*Client, error) {
	options = options.withDefaults()
	if _, err := parseAddress(options.Address); err != nil {
		return nil, err
	}
	client := &Client{options: options, turn: make(chan *Connection, 1), closed: make(chan struct{})}
	client.turn <- nil
	client.stub = ttrpc.NewClient(&nowhere{closed: client.closed}, ttrpc.WithUnaryClientInterceptor(
		func(
			ctx context.Context, request *ttrpc.Request, response *ttrpc.Response, _ *ttrpc.UnaryClientInfo, _ ttrpc.Invoker,
		) error {
			return client.call(ctx, request, response)
		}))
	return client, nil
}

// Close closes the connection for calls. Subscriptions have connections of their own and end with their contexts. Calls after
// Close fail.
func (c *Client) Close() error {
	connection := <-c.turn
	select {
	case <-c.closed:
	default:
		close(c.closed)
	}
	c.turn <- nil
	c.stub.Close()
	if connection != nil {
		return connection.Close()
	}
	return nil
}

// connection returns the current connection, a new one when there is none.
func (c *Client) connection(ctx context.Context) (*Connection, error) {
	var connection *Connection
	select {
	case connection = <-c.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { c.turn <- connection }()
	select {
	case <-c.closed:
		return nil, &Error{Code: codes.FailedPrecondition, Reason: "CLIENT_CLOSED", Message: "the client was closed"}
	default:
	}
	if connection != nil {
		return connection, nil
	}
	opened, err := Dial(ctx, c.options)
	if err != nil {
		return nil, err
	}
	connection = opened
	return connection, nil
}

// drop closes a connection that broke; the next call opens another.
func (c *Client) drop(broken *Connection) {
	broken.Close()
	current := <-c.turn
	if current == broken {
		current = nil
	}
	c.turn <- current
}

// SystemService is the daemon itself: Hello, Ping, health, configuration.
func (c *Client) SystemService() botdv1.SystemServiceClient {
	return botdv1.NewSystemServiceClient(c.stub)
}

// BotService is bots and their life.
func (c *Client) BotService() botdv1.BotServiceService { return botdv1.NewBotServiceClient(c.stub) }

// StrategyService is what strategies exist, and how a process serves its own.
func (c *Client) StrategyService() botdv1.StrategyServiceClient {
	return botdv1.NewStrategyServiceClient(c.stub)
}

// MarketDataService is what the venue trades and at what prices.
func (c *Client) MarketDataService() botdv1.MarketDataServiceClient {
	return botdv1.NewMarketDataServiceClient(c.stub)
}

// OrderService is orders and their history.
func (c *Client) OrderService() botdv1.OrderServiceService {
	return botdv1.NewOrderServiceClient(c.stub)
}

// TradeService lists fills; Trades follows them.
func (c *Client) TradeService() botdv1.TradeServiceClient {
	return botdv1.NewTradeServiceClient(c.stub)
}

// PortfolioService is the account as a whole.
func (c *Client) PortfolioService() botdv1.PortfolioServiceService {
	return botdv1.NewPortfolioServiceClient(c.stub)
}

// RiskService is limits above all bots.
func (c *Client) RiskService() botdv1.RiskServiceService { return botdv1.NewRiskServiceClient(c.stub) }

// nowhere stands where the transport wants a connection for the stubs of a Client: their unary calls go over the current
// connection instead, and their streaming methods fail with what to do.
type nowhere struct {
	net.Conn
	closed chan struct{}
}

func (n *nowhere) Read([]byte) (int, error) {
	<-n.closed
	return 0, net.ErrClosed
}

func (n *nowhere) Write([]byte) (int, error) {
	return 0, &Error{
		Code: codes.FailedPrecondition, Reason: ReasonStreamsNeedConnection,
		Message: "streams need a connection of their own: use Client.Trades or Client.Events, or the generated stub on a botd.Dial connection",
	}
}

func (n *nowhere) Close() error { return nil }

func (n *nowhere) SetDeadline(time.Time) error { return nil }
